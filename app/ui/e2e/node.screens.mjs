// Screens of a computer that several people share, and the two who use it.
import { at, COMMUNITY, PIN } from './world.mjs'

/** Who the pages of the machine belong to is a cookie: each page begins with nobody. */
const signIn = async (page, name) => {
  await at(page, 'account').filter({ hasText: name }).click()
  await at(page, 'sign-in-pin').waitFor()
}

export const NODE_SCREENS = [
  { name: 'node-accounts', hash: () => '/sign-in', ready: 'account' },
  { name: 'node-pin', hash: () => '/sign-in', ready: 'account', act: (page) => signIn(page, '何静') },
  { name: 'node', hash: () => '/node', ready: 'account', act: async (page) => { await signIn(page, '何静'); await at(page, 'sign-in-pin').fill(PIN); await at(page, 'rail-o-people').waitFor(); await page.evaluate(() => (location.hash = '/node')); await at(page, 'node-account').nth(1).waitFor() } },
]

/** A computer of the office with two accounts, each enrolled on its own page. */
export async function prepareNode(world) {
  const node = await world.blank('node', { node: '社区办公室电脑' })
  for (const [role, unit, name] of [['office', COMMUNITY, '何静'], ['worker', '6101040019011002', '韩东']]) {
    const page = await world.phone(node, { scale: 1 })
    await page.locator('[data-testid="add-account"], [data-testid="invite-input"]').first().waitFor()
    if (await at(page, 'add-account').count()) await at(page, 'add-account').click()
    await at(page, 'invite-input').fill(await world.invite(role, unit, name))
    await at(page, 'pin-input').fill(PIN)
    await at(page, 'enrol-button').click()
    await page.locator('[data-testid="rail-o-people"], [data-testid="today"]').first().waitFor({ timeout: 60_000 })
    await page.context().close()
  }
  return node
}

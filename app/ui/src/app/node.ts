// A machine with named accounts (`gridwalk-headless serve --node`): signing in and out of one, taking one off. What such a machine is, `whoami` says;
// everything else goes to the account of this browser's session. After a change of person the page begins anew: nothing that one read stays for the next.

import { addMessages } from './i18n'
import { post } from './api'
import en from '../locales/en/node'
import zh from '../locales/zh-CN/node'

addMessages('node', zh, en)

/** Begins anew, at the first page. */
function anew(): void {
  location.hash = ''
  location.reload()
}

/** Shows the PIN of an account; throws `ApiError` when it is wrong. */
export async function signIn(account: string, pin: string): Promise<void> {
  await post('node/sign_in', { account, pin })
  anew()
}

/** Leaves this browser to somebody else. The account stays on the machine, locked unless it is open in another browser. */
export async function signOut(): Promise<void> {
  await post('node/sign_out', {})
  anew()
}

/** Takes an account off this machine with all it holds. How much of it was unsent; null: nobody could look. */
export async function takeOff(account: string, reason: string): Promise<number | null> {
  return ((await post('node/remove', { account, reason })) as { unsent: number | null }).unsent
}

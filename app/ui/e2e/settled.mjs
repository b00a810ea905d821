// Waiting for a page to stand still, before it is looked at or measured.

/** Waits until nothing fades or moves any more: a colour half way through a transition is nobody's colour. */
export async function settled(page) {
  await page.evaluate(async () => {
    const frame = () => new Promise((done) => { const late = setTimeout(done, 500); requestAnimationFrame(() => { clearTimeout(late); done() }) }) // a browser without a window may stop drawing
    // A change of this tick starts its transition with the next frame; one transition may set off another.
    for (let still = 0; still < 2; ) {
      await frame()
      const moving = document.getAnimations().filter((one) => one.playState === 'running' && one.effect?.getComputedTiming().endTime !== Infinity)
      still = moving.length ? 0 : still + 1
      await Promise.allSettled(moving.map((one) => one.finished))
    }
  })
}

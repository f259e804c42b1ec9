/** The Web Locks of this process, which all tests of a file share. */

// As they are before a test puts something in their place.
const request = navigator.locks.request.bind(navigator.locks);
const query = navigator.locks.query.bind(navigator.locks);

/** Takes every lock from whoever holds it: a refresh that a test leaves hanging would keep the next test waiting. */
export async function freeLocks(): Promise<void> {
  for (;;) {
    const { held = [] } = await query();
    if (!held.length) return;
    for (const { name } of held) await request(name ?? '', { steal: true }, () => {});
  }
}

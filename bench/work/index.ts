/** What runs beside a peer, in its page or in its process of Node; the parts call it by name. */

export { allocations, callMany } from './calls.ts';
export { burst, create, importPeer, request, signIn, signOuts } from './client.ts';
export { passHours } from './clock.ts';
export { waitForRefreshAndRequest, waitForRequest } from './ideal.ts';
export { openNewTab } from './new-tab.ts';
export { makeBody, upload } from './upload.ts';
export { fakeNetwork, waitInLine } from './waiting-line.ts';

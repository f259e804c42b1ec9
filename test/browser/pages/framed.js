/** In a frame of a page that the test drives: runs the functions that the page hands in. */

addEventListener('message', async ({ data: work, ports: [port] }) => {
  try {
    port.postMessage({ value: await new Function(`return (${work})()`)() });
  } catch (error) {
    port.postMessage({ error: String(error) });
  }
});

/**
 * What a worker of an observer runs: loads the module, shows it one message after another, and acknowledges each. A
 * text and not a file, so that it is found however the package was bundled; it runs as CommonJS and as a module.
 */
export const WORKER_PROGRAM = `
const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
const { url, data } = workerData;
let before = Promise.resolve();
import(url).then(observer => {
  if (typeof observer.observe !== 'function' && typeof observer.batch !== 'function') {
    throw new TypeError('observer: expected ' + url + ' to export observe(event) or batch(events), found neither.');
  }
  const work = async (task, events) => {
    if (task !== 'observe') return void (await observer[task]?.(data));
    if (observer.batch) return void (await observer.batch(events, data));
    const thrown = [];
    for (const event of events) {
      try {
        await observer.observe(event, data);
      } catch (error) {
        thrown.push(error);
      }
    }
    if (thrown.length > 0) throw { thrown };
  };
  parentPort.on('message', ({ id, task, events }) => {
    before = before.then(() => work(task, events)).then(
      () => parentPort.postMessage({ id, failed: 0 }),
      error => {
        const thrown = error?.thrown ?? [error];
        const failed = error?.thrown?.length ?? events?.length ?? 1;
        const name = String(thrown[0]?.name ?? 'Error');
        const message = String(thrown[0]?.message ?? thrown[0]);
        parentPort.postMessage({ id, failed, error: { name, message } });
      },
    );
  });
  parentPort.postMessage('ready');
});
`;

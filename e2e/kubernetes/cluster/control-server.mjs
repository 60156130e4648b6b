import { createServer } from 'node:http';

/** Lets the tests, which are another process, do to the control plane what cannot be done through its API. */
export function serveControl(controlPlane, socket) {
  const actions = {
    '/api-server/kill': () => controlPlane.killApiServer(),
    '/api-server/start': () => controlPlane.startApiServer(),
    '/etcd/compact': () => controlPlane.compact(),
  };
  const server = createServer((request, response) => {
    Promise.resolve(actions[request.url]?.()).then(
      (result) => response.end(JSON.stringify(result ?? null)),
      (error) => response.writeHead(500).end(String(error.stack)),
    );
  });
  return server.listen(socket);
}

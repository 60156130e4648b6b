// Stock grpc-js resolves through the system's resolver, which knows nothing of the demo's DNS server. With this switch of
// its own, read when it is loaded, it asks the server that the target names; nothing else about it changes.
process.env['GRPC_NODE_USE_ALTERNATIVE_RESOLVER'] = 'true';

const { main } = await import('./demo.js');
await main(process.argv.slice(2));

export {};

// A pod that never becomes ready.
throw new Error('no such database');

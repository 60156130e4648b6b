// `post-api` as a pod of a LocalCluster.
import { podRuntime } from '@fairlead/testing';
import { chosenReader } from '../blog/chosen-reader.js';
import { startPostApi } from '../blog/post-api.js';

const pod = podRuntime();
await startPostApi({ address: pod.address, storage: chosenReader(), drainTimeoutMs: 1_000 });
pod.ready();

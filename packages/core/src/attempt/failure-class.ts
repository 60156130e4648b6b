/**
 * What is known about a failed attempt's effect on the server.
 *
 * - `unsent`: nothing of the call left the process.
 * - `refused`: the transport of the server refused the stream; the application did not see it.
 * - `maybe-processed`: anything else. The application may have run it.
 *
 * The first two may be retried on another member for any method; the third only where the method's policy says so.
 */
export type FailureClass = 'unsent' | 'refused' | 'maybe-processed';

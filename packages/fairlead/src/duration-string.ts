/**
 * A proto3 JSON duration: decimal seconds, at most nine decimal places, and the suffix `s`, e.g. `'0.25s'`. There must be
 * a digit before the point (`'.5s'` is refused). No field here takes a negative one.
 */
export type DurationString = `${string}s`;

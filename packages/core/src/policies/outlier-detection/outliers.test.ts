import { expect, test } from '@jest/globals';
import { failurePercentageOutliers, successRateOutliers, type Judged } from './outliers.js';

const member = (successes: number, failures: number): Judged => {
  const volume = successes + failures;
  return { record: { volume, successRatio: successes / volume, failurePercentage: (failures / volume) * 100 } };
};

const always = { enforcementPercentage: 100, minimumHosts: 1, requestVolume: 0 };

test('members with 1e15 calls are told apart by one in a million, and those without any are not judged', () => {
  const worse = member(1e15 - 2e9, 2e9);
  const members = [worse, ...Array.from({ length: 5 }, () => member(1e15 - 1e9, 1e9)), member(0, 0)];
  expect(successRateOutliers(members, { ...always, stdevFactor: 1_900 })).toEqual([worse]);
  expect(failurePercentageOutliers(members, { ...always, threshold: 0 })).toHaveLength(6);
});

test('mathChecksOut: of these the mean is 394 ‰ and the standard deviation 147.3 ‰', () => {
  const members = [600, 470, 170, 430, 300].map((successes) => member(successes, 1_000 - successes));
  const outliers = (stdevFactor: number) => successRateOutliers(members, { ...always, stdevFactor });
  // (394 − 170) / 147.32277 = 1.52047
  expect([outliers(1_520), outliers(1_521)]).toEqual([[members[2]], []]);
  expect(outliers(0)).toEqual([members[2], members[4]]);
});

test('nobody at all is no outlier', () => {
  for (const minimumHosts of [0, 1]) {
    expect(successRateOutliers([], { ...always, minimumHosts, stdevFactor: 0 })).toEqual([]);
    expect(failurePercentageOutliers([], { ...always, minimumHosts, threshold: 0 })).toEqual([]);
  }
});

test('members that answer the same are no outliers, although rounding may put their mean above all of them', () => {
  let above = 0;
  for (let count = 2; count <= 12; count++) {
    for (let successes = 0; successes <= 30; successes++) {
      const members = Array.from({ length: count }, () => member(successes, 30 - successes));
      const [{ record }] = members as [Judged];
      const mean = members.reduce((sum) => sum + record.successRatio, 0) / count;
      if (mean > record.successRatio) above += 1;
      expect(successRateOutliers(members, { ...always, stdevFactor: 0 })).toEqual([]);
    }
  }
  expect(above).toBeGreaterThan(0);
});

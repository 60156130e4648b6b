import { ESLint } from 'eslint';
import { rootDirectory } from './workspace.mjs';

const UNSUPPRESSIBLE = 'fairlead/explained-disables';

/**
 * ESLint with our configuration. A bare `eslint-disable` also silences the rule that forbids bare ones, so what that
 * rule found is brought back here.
 *
 * @param {ESLint.Options} [options]
 */
export function createLinter(options = {}) {
  const eslint = new ESLint({ cwd: rootDirectory, ...options });
  return {
    lintText: async (code, filePath) => (await eslint.lintText(code, { filePath })).map(withUnsuppressible),
    lintFiles: async (patterns) => (await eslint.lintFiles(patterns)).map(withUnsuppressible),
    format: async (results) => (await eslint.loadFormatter('stylish')).format(results),
  };
}

function withUnsuppressible(result) {
  const found = result.suppressedMessages.filter(({ ruleId }) => ruleId === UNSUPPRESSIBLE);
  if (found.length === 0) return result;
  return { ...result, messages: [...result.messages, ...found], errorCount: result.errorCount + found.length };
}

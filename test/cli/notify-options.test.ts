import { describe, expect, it } from 'vitest';
import { readNotifyOptions } from '../../src/cli/notify-options.ts';

function read(given: Parameters<typeof readNotifyOptions>[0]) {
  const mistakes: string[] = [];
  return { options: readNotifyOptions(given, mistakes), mistakes };
}

describe('the options of notify', () => {
  it('are --test, and --json', () => {
    expect(read({ test: true, json: false, verbose: false, node: undefined })).toEqual({ options: { json: false }, mistakes: [] });
    expect(read({ test: true, json: true })).toEqual({ options: { json: true }, mistakes: [] });
  });

  it('are refused without --test, and with those of other commands, all at once', () => {
    expect(read({ test: false, json: false, verbose: true, node: 'aks-web' }).mistakes).toEqual([
      'expected notify with --test, since only tests are sent by hand, got none',
      'expected notify with no option but --test and --json, got --verbose and --node',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { clusterPageUrl, nodePageUrl } from '../../src/notify/page-url.ts';

describe('pages', () => {
  it('encode names, so that no part of them leads elsewhere', () => {
    const base = 'https://a.example/api/status';
    expect(nodePageUrl(base, 'sub.r/g?.shop', '../x#y')).toBe(`${base}/clusters/sub.r%2Fg%3F.shop/nodes/..%2Fx%23y`);
    expect(clusterPageUrl(`${base}/`, 'sub.r/g?.shop')).toBe(`${base}/clusters/sub.r%2Fg%3F.shop`);
  });

  it('are empty where the app does not know its own address', () => {
    expect([nodePageUrl(undefined, 'c', 'node'), clusterPageUrl(undefined, 'c')]).toEqual(['', '']);
  });
});

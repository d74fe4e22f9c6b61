import { expect, test } from 'vitest';
import { storageKind } from '../../bench/count-storage.ts';

test('a transaction is named by its table and what is done, polling of the listener apart', () => {
  const named = (method: string, path: string) => storageKind(method, `/devstoreaccount1/${path}`);
  expect(named('POST', '$batch')).toBe('table batch');
  expect(named('GET', "fleet()?$filter=PartitionKey%20eq%20'a'")).toBe('fleet query');
  expect(named('GET', "fleet(PartitionKey='a',RowKey='b')")).toBe('fleet get');
  expect(named('POST', 'results20261121')).toBe('results post');
  expect(named('GET', 'work/messages?numofmessages=16')).toBe('poll');
  expect(named('POST', 'work/messages?visibilitytimeout=0')).toBe('queue send');
  expect(named('DELETE', 'work/messages/1?popreceipt=2')).toBe('queue delete');
});

import { describe, expect, it } from 'vitest';
import { missingGroup } from '../src/state/missingGroup';

describe('missingGroup', () => {
  it('is what /join named, with the password that stood behind it', () => {
    expect(missingGroup('MAS', '/join den', 'NOT_FOUND')).toEqual({ name: 'den', password: '' });
    expect(missingGroup('MAS', '/JOIN  den open sesame ', 'NOT_FOUND')).toEqual({
      name: 'den',
      password: 'open sesame',
    });
  });

  it('is none after another command, for another reason, or on IRC', () => {
    expect(missingGroup('MAS', '/query den', 'NOT_FOUND')).toBeNull();
    expect(missingGroup('MAS', '/join', 'NOT_FOUND')).toBeNull();
    expect(missingGroup('MAS', '/join den', 'INCORRECT_PASSWORD')).toBeNull();
    expect(missingGroup('Libera', '/join #den', 'NOT_FOUND')).toBeNull();
  });
});

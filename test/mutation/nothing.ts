import { it } from 'vitest';

it('stands in for the test that a file does not have', () => {});

import { renderHook, waitFor } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { usePasswordMin } from './usePasswordMin';

it('takes the least length of a password from the server', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ signIn: { passwordMinLength: 12 } }))));
  const { result } = renderHook(usePasswordMin);
  expect(result.current).toBe(8);
  await waitFor(() => expect(result.current).toBe(12));
  vi.unstubAllGlobals();
});

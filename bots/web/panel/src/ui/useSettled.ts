/** A value once it has stayed the same for a moment, so that not every letter asks the server. */
import { useEffect, useState } from 'react';

const CALM_MS = 250;

export function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), CALM_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** Counts the seconds down to a moment; zero when it has come. */
import { useLayoutEffect, useState } from 'react';

/** Whole seconds that are left, never below zero. */
export function secondsLeft(until: number | null, now: number): number {
  return until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
}

export function useCountdown(until: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  // Before it is drawn: else a wait that begins long after the page would first be told from the page's beginning.
  useLayoutEffect(() => {
    if (until === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [until]);
  return secondsLeft(until, now);
}

/** What a sold-out event brings, in minor units; null where it cannot be told yet. */
import type { Draft } from './types';

export function fullHouse({ priceCents, capacity, ticketTiers }: Draft): number | null {
  if (!capacity) return null;
  const tiers = ticketTiers ?? [];
  if (tiers.length === 0) return priceCents ? priceCents * capacity : null;
  const counted = tiers.filter((tier) => tier.quantity);
  const open = tiers.filter((tier) => !tier.quantity);
  // Whoever comes beyond the counted kinds buys the one that is open; of two nobody knows which.
  if (open.length > 1) return null;
  const left = Math.max(0, capacity - counted.reduce((sum, tier) => sum + (tier.quantity ?? 0), 0));
  const total = counted.reduce((sum, tier) => sum + tier.priceCents * (tier.quantity ?? 0), 0) + (open[0]?.priceCents ?? 0) * left;
  return total > 0 ? total : null;
}

/** The two cards that the server may show: venues to pick, and the question before publishing. */
import { useFrontendTool, useHumanInTheLoop } from '@copilotkit/react-core/v2/headless';
import * as z from 'zod';
import { ConfirmCard } from './ConfirmCard';
import { VenueCards } from './VenueCards';

const venues = z.object({
  venues: z.array(
    z.object({
      id: z.string(),
      venueId: z.string().optional(),
      name: z.string(),
      capacity: z.number().optional(),
      amenities: z.array(z.string()).optional(),
      priceEstimate: z.string().optional(),
      priceMinCents: z.number().optional(),
      priceMaxCents: z.number().optional(),
      currency: z.string().optional(),
      confidence: z.number().optional(),
      reason: z.string().optional(),
    }),
  ),
});

const confirmation = z.object({
  title: z.string(),
  revision: z.number(),
  purpose: z.enum(['publish', 'change', 'call_off', 'refund']).optional(),
  lines: z.array(z.object({ label: z.string(), value: z.string() })).optional(),
  when: z.string().optional(),
  where: z.string().optional(),
  price: z.string().optional(),
  capacity: z.number().optional(),
  url: z.string().optional(),
  warnings: z.array(z.string()).optional(),
});

export type Confirmation = Partial<z.infer<typeof confirmation>>;

export function useTools(): void {
  useFrontendTool<z.infer<typeof venues>>({
    name: 'show_venues',
    description: 'Show venues to choose from.',
    parameters: venues,
    // Showing needs no answer; the pick itself changes the draft.
    followUp: false,
    handler: () => Promise.resolve('shown'),
    // The cards come whole. What stands in a history was called by nobody here, and is never said to be done.
    render: ({ args }) => <VenueCards venues={args.venues ?? []} whole={!!args.venues} />,
  });
  useHumanInTheLoop<z.infer<typeof confirmation>>({
    name: 'confirm_publish',
    description: 'Ask the organizer to confirm publishing exactly the revision shown.',
    parameters: confirmation,
    render: ({ args, respond, result }) => (
      <ConfirmCard asked={args} answer={typeof result === 'string' ? result : null} onAnswer={respond ? (answer) => void respond(answer) : null} />
    ),
  });
}

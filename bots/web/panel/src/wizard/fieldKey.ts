/** The key of what a field of the draft is called. */
import type { Key } from '../i18n';

const FIELD_WORDS = new Set(['name', 'slug', 'type', 'description', 'visibility', 'place', 'capacity', 'dateTime', 'duration', 'timezone', 'priceCents', 'currency', 'ticketTiers', 'maxPerOrder', 'taxRate', 'refundPolicy', 'onlineUrl']);

export const fieldKey = (field: string): Key => (FIELD_WORDS.has(field) ? (`field.${field}` as Key) : field === 'venueId' ? 'field.place' : 'field.other');

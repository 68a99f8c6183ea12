// Who still hears of a signal: what a long-lived signal would keep of work that is over.
import { getEventListeners } from 'node:events';

/** Listeners of the signal, and signals that `AbortSignal.any` has made of it, whether anybody still has them or not. */
export function followersOf(signal: AbortSignal): number {
  const symbol = Object.getOwnPropertySymbols(signal).find(({ description }) => description === 'kDependantSignals');
  // A set, but none of the global class.
  const dependants = symbol && (Reflect.get(signal, symbol) as { readonly size?: number } | undefined);
  return getEventListeners(signal, 'abort').length + (dependants?.size ?? 0);
}

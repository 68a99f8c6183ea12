// Network slices in A&AI: running instances (`nsi`, `nssi`) with their capacity from DCAE, and templates (`nst`, `nsst`) with their
// properties from SDC. Source: A&AI service-instance, slice-profile, service-profile, model, model-ver.
import type { ReaderFactory } from '../readers.ts';
import { type InstanceOptions, instanceReader } from './instances.ts';
import { type TemplateOptions, templateReader } from './templates.ts';

export interface SliceOptions {
  /** Cost of a candidate by inventory type. */
  readonly costs: InstanceOptions['costs'] & TemplateOptions['costs'];
  readonly dcae: InstanceOptions['dcae'];
  readonly sdc: TemplateOptions['sdc'];
}

/** Readers for `createAai`. */
export function sliceReaders(options: SliceOptions): readonly ReaderFactory[] {
  return [(parts) => instanceReader(options, parts), (parts) => templateReader(options, parts)];
}

// The helper's side of children.ts.

/** Answers every message of the parent; a helper without a parent ends. */
export function serve<Request>(answer: (request: Request) => Promise<unknown>): void {
  process.on('message', (request: Request) => {
    answer(request).then(
      (value) => process.send?.({ answer: value ?? null }),
      (error: unknown) => process.send?.({ failure: error instanceof Error ? error.message : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}

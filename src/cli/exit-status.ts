/** Exit statuses (ARCHITECTURE.md §5): 0 all is there, 1 something failed; 2, nothing could start, is thrown. */

/** Takes the exit status of a command. */
export type Finish = (status: number) => void;

/** The status of a job that ran through all its items. */
export function statusOf({ failed }: { readonly failed: number }): 0 | 1 {
  return failed === 0 ? 0 : 1;
}

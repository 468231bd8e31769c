/** What is used of it: locks that the operating system takes away when a process ends, however it ends. */
declare module 'fs-native-extensions' {
  /** Locks `length` bytes from `offset` of an open file; false where another open file has them. */
  export function tryLock(fd: number, offset: number, length: number): boolean;
}

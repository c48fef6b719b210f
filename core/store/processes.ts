/** Whether a process of this number is there; whether it is the one that is meant, its number cannot tell. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // Another user's process may not be signalled, but is there.
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

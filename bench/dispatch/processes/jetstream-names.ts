/** Streams and subjects: a task is `tasks.<id>`, its result `results.<id>`. */
export const TASKS = { stream: 'TASKS', subject: 'tasks', consumer: 'worker' } as const;
export const RESULTS = { stream: 'RESULTS', subject: 'results' } as const;

/** Commands that run only in the repository: the installed package has neither this file nor what it imports. */
export const repositoryCommands = {
  analyze: async () => (await import('./analyze-command.ts')).analyzeCommand,
  draw: async () => (await import('./draw-command.ts')).drawCommand,
  score: async () => (await import('./score-command.ts')).scoreCommand,
  calibrate: async () => (await import('./calibrate-command.ts')).calibrateCommand,
}

export type RepositoryCommand = keyof typeof repositoryCommands

/** Stretches one message; text inside braces is left alone. */
export function stretch(text: string): string;
/** Writes `.pseudo/` beside package.json and returns the path of its inlang project. */
export function writePseudo(): string;

/**
 * What fell, said once more and in short when everything else was said: whoever reads only the end of a long run still learns
 * which line of which test waited for what. Says nothing where nothing fell.
 */
import type { FullResult, Reporter, TestCase, TestError, TestResult } from '@playwright/test/reporter';

/** So many faults of a test are told, and so many lines of each. */
const FAULTS = 3;
const LINES = 15;

/** A fault's own words without their colours, and the line where it came to light. */
export function faultWords({ message, value, location }: TestError): string[] {
   
  const plain = (message ?? value ?? 'without a word').replace(/\u001b\[[0-9;]*m/g, '');
  const lines = plain.split('\n').filter((line) => line.trim() !== '');
  const where = location ? [`at ${location.file.replace(/^.*\/e2e\//, 'e2e/')}:${location.line}`] : [];
  return [...where, ...lines.slice(0, LINES), ...(lines.length > LINES ? ['…'] : [])];
}

export function lastWords(fallen: { name: string; seconds: number; errors: TestError[] }[], ended: string): string {
  const each = fallen.flatMap(({ name, seconds, errors }) => [
    `FELL after ${seconds} s: ${name}`,
    ...errors.slice(0, FAULTS).flatMap((error) => faultWords(error).map((line) => `    ${line}`)),
  ]);
  const late = ended === 'timedout' ? ['The time of the whole run was over before everything had run.'] : [];
  return [...each, ...late].map((line) => `${line}\n`).join('');
}

export default class LastWords implements Reporter {
  private readonly last = new Map<TestCase, TestResult>();
  private readonly outside: TestError[] = [];

  onTestEnd(test: TestCase, result: TestResult): void {
    this.last.set(test, result);
  }

  /** What went wrong in no test: a file that cannot be read, a time that was over. */
  onError(error: TestError): void {
    this.outside.push(error);
  }

  onEnd({ status }: FullResult): void {
    const fallen = [...this.last]
      .filter(([test, result]) => !test.ok() || result.status === 'interrupted')
      .map(([test, { duration, errors }]) => ({ name: test.titlePath().filter((part) => part !== '').join(' › '), seconds: Math.round(duration / 1000), errors }));
    const outside = this.outside.length > 0 ? [{ name: 'outside of every test', seconds: 0, errors: this.outside }] : [];
    process.stdout.write(lastWords([...fallen, ...outside], status));
  }

  printsToStdio(): boolean {
    return true;
  }
}

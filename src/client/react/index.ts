'use client';

export { type LiveConnection, type LiveStatus } from './live-store.ts';
export { type RunListContent } from './run-list-source.ts';
export { SluiceProvider, useClient, type SluiceProviderProps } from './sluice-provider.ts';
export { useRun, type LiveRun, type RunStateOf, type UseRunOptions } from './use-run.ts';
export { useRuns, type LiveRuns, type RunsQuery, type UseRunsOptions } from './use-runs.ts';

/** What one survey looks at, at the most. */
export interface SurveyBounds {
  readonly files: number;
  readonly folders: number;
  /** Folders inside folders. */
  readonly depth: number;
  /** Bytes read of one file. */
  readonly fileBytes: number;
  /** Bytes read of all files. */
  readonly bytes: number;
}

export const SURVEY_BOUNDS: SurveyBounds = {
  files: 2_000,
  folders: 400,
  depth: 12,
  fileBytes: 512 * 1_024,
  bytes: 32 * 1_024 * 1_024,
};

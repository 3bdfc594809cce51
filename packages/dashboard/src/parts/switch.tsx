// One of a few: buttons side by side, of which one is pressed.

interface SwitchProps<T extends string> {
  /** What is chosen, for a screen reader. */
  readonly label: string;
  readonly choices: Readonly<Record<T, string>>;
  readonly value: T;
  readonly change: (value: T) => void;
}

export function Switch<T extends string>({ label, choices, value, change }: SwitchProps<T>) {
  return (
    <fieldset class="switch">
      <legend class="hidden">{label}</legend>
      {(Object.keys(choices) as T[]).map((each) => (
        <button type="button" key={each} aria-pressed={value === each} onClick={() => change(each)}>
          {choices[each]}
        </button>
      ))}
    </fieldset>
  );
}

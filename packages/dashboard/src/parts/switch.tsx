// One of a few: buttons side by side, of which one is pressed; a list where they have no room on a phone.

/** More do not stand side by side on a phone. */
const SIDE_BY_SIDE = 3;

interface SwitchProps<T extends string> {
  /** What is chosen, for a screen reader. */
  readonly label: string;
  readonly choices: Readonly<Record<T, string>>;
  readonly value: T;
  readonly change: (value: T) => void;
}

export function Switch<T extends string>({ label, choices, value, change }: SwitchProps<T>) {
  const all = Object.keys(choices) as T[];
  if (all.length > SIDE_BY_SIDE) {
    return (
      <select
        aria-label={label}
        value={value}
        onChange={(event) => change(event.currentTarget.value as T)}
      >
        {all.map((each) => (
          <option key={each} value={each}>
            {choices[each]}
          </option>
        ))}
      </select>
    );
  }
  return (
    <fieldset class="switch">
      <legend class="hidden">{label}</legend>
      {all.map((each) => (
        <button type="button" key={each} aria-pressed={value === each} onClick={() => change(each)}>
          {choices[each]}
        </button>
      ))}
    </fieldset>
  );
}

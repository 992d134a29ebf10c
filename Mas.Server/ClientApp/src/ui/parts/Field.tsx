import { useId, useState } from 'preact/hooks';
import { t } from '../../i18n';
import { Icon } from './Icon';

interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  type?: 'text' | 'email' | 'password';
  autocomplete?: string;
  hint?: string;
  error?: string | undefined;
  required?: boolean;
  autofocus?: boolean;
  maxLength?: number;
}

/** A labelled input; hint and error are tied to it for screen readers. */
export function Field({
  label,
  value,
  onInput,
  type = 'text',
  autocomplete,
  hint,
  error,
  required,
  autofocus,
  maxLength,
}: FieldProps) {
  const id = useId();
  const [shown, setShown] = useState(false);
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="field-box">
        <input
          id={id}
          // Preact's types want one literal.
          type={(type === 'password' && shown ? 'text' : type) as 'text'}
          value={value}
          onInput={event => onInput(event.currentTarget.value)}
          autocomplete={autocomplete ?? 'off'}
          autocapitalize="none"
          spellcheck={false}
          required={required}
          autoFocus={autofocus}
          maxLength={maxLength}
          aria-invalid={error ? true : undefined}
          aria-describedby={described || undefined}
        />
        {type === 'password' && (
          <button
            type="button"
            class="icon-button field-eye"
            aria-pressed={shown}
            aria-label={shown ? t('auth.hide') : t('auth.show')}
            onClick={() => setShown(!shown)}
          >
            <Icon name="eye" />
          </button>
        )}
      </div>
      {hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [value: T, label: string])[];
  onChange: (value: T) => void;
}

export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={event => onChange(event.currentTarget.value as T)}>
        {options.map(([option, text]) => (
          <option key={option} value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

export function Segmented<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset class="field segmented-field">
      <legend>{label}</legend>
      <div class="segmented">
        {options.map(([option, text]) => (
          <label key={option} class={option === value ? 'segment on' : 'segment'}>
            <input
              type="radio"
              name={name}
              value={option}
              checked={option === value}
              onChange={() => onChange(option)}
            />
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function Switch({
  label,
  checked,
  onChange,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    <label class="switch">
      <span>{label}</span>
      <input
        type="checkbox"
        role="switch"
        checked={checked}
        onChange={event => onChange(event.currentTarget.checked)}
      />
    </label>
  );
}

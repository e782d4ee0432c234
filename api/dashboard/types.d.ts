// Types of the dashboard: what the API answers, by its OpenAPI document, and what screens, forms and lists are given.
// Only the type checker reads this file; `make types-js` generates "#api".

import type { components, operations, paths } from "#api";

/** A model of the API by its name, such as `Model<"PatternDetail">`. */
export type Model<Name extends keyof components["schemas"]> = components["schemas"][Name];

type Method = "get" | "post" | "put" | "patch" | "delete";
type Operation = operations[keyof operations];
type OperationAt<Path extends keyof paths, M extends Method> = paths[Path] extends {
  [K in M]: infer Found extends Operation;
}
  ? Found
  : never;
type JsonOf<Response> = Response extends { content: { "application/json": infer Json } } ? Json : null;
type Success<Responses> = Responses[keyof Responses & (200 | 201 | 202 | 204)];

/** The path templates that have an operation with this method. */
export type PathsWith<M extends Method> = {
  [Path in keyof paths]: paths[Path] extends { [K in M]: Operation } ? Path : never;
}[keyof paths];

/** What an operation answers. */
export type Answer<Path extends keyof paths, M extends Method> = JsonOf<
  Success<OperationAt<Path, M>["responses"]>
>;

/** The values of the `{…}` in a path template. */
export type PathParameters<Path extends keyof paths, M extends Method> = OperationAt<
  Path,
  M
>["parameters"] extends { path: infer Parameters extends object }
  ? Parameters
  : Record<string, never>;

export type QueryValue = string | number | boolean | null | undefined | readonly string[];

/** The query of an operation: its names are checked, values may still be the texts of a form. */
export type Query<Path extends keyof paths, M extends Method> = OperationAt<Path, M>["parameters"] extends {
  query?: infer Parameters;
}
  ? { [Name in keyof NonNullable<Parameters>]?: QueryValue }
  : Record<string, never>;

/** The JSON that an operation is sent. */
export type Body<Path extends keyof paths, M extends Method> =
  OperationAt<Path, M> extends {
    requestBody?: { content: { "application/json": infer Json } };
  }
    ? Json
    : Record<string, never>;

/** One row of a list of the API, such as `Row<"/v1/patterns">`. */
export type Row<Path extends PathsWith<"get">> =
  Answer<Path, "get"> extends { data: (infer Item)[] } ? Item : never;

/** What `h()` takes as content; false, null and undefined are left out. */
export type Content = Node | string | number | false | null | undefined | readonly Content[];

// biome-ignore lint/suspicious/noExplicitAny: attributes are text, numbers, flags and listeners
export type Attributes = Record<string, any>;

export type Me = Answer<"/v1/me", "get">;
export type Workspace = Answer<"/v1/workspace", "get">;
export type Role = Me["role"];

/** Who looks at the dashboard, and where. */
export interface Reader {
  me: Me;
  workspace: Workspace;
}

/** A type of connector, as the catalog describes it. */
export type Tool = Model<"ConnectorType">;

/** From a value to a position. */
export type Scale = (value: number) => number;

/** The size of a chart in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** What every screen is given. */
export interface ScreenContext {
  /** The id in the address; empty where the address has none. */
  id: string;
  query: Record<string, string>;
  /** The same of a list, whose filters may have several values. */
  filters: Filters;
  me: Me;
  workspace: Workspace;
  /** The screen itself, as it stands in the table of `routes.js`. */
  screen: Screen;
  /** All screens, for navigation among them. */
  screens: readonly Screen[];
  /** Aborted when the reader leaves the screen. */
  signal: AbortSignal;
  /** Show the screen again, where the reader is. */
  reload: () => void;
  /** Begin again as after signing in, where what surrounds screens has changed. */
  restart: () => void;
}

/** A row of the table of screens. */
export interface Screen {
  /** The address, with `:id` for an id. */
  path: string;
  /** Reads its scripts, and gives the function that shows it. */
  load: () => Promise<(context: ScreenContext) => Promise<HTMLElement>>;
  title: string;
  /** What its tab is called where there is little room. */
  short?: string;
  /** Whether it has a tab in the bar, or stands under “More” in it. */
  tab?: true | "more";
  /** The path of the tab that is marked while it is shown, where that is not its own. */
  parent?: string;
  /** Whether it stands in the navigation of the settings, or by which other name. */
  setting?: true | string;
  /** The key that leads to it after `g`. */
  key?: string;
  /** The lowest role that is offered it. */
  role?: Role;
  /** The feature of the plan without which it is not offered. */
  feature?: string;
}

/** A column of `table()`. */
export interface Column<Item> {
  title: string;
  /** What stands above it in place of its title. */
  head?: Content;
  cell: (row: Item) => Content;
  numeric?: boolean;
  className?: string;
  /** Left out where a tablet has no room for it: neither what the row is nor its answer. */
  isMinor?: boolean;
  /** Its values tell what they are: its title is left out where it would stand before each, on a phone. */
  isClear?: boolean;
}

/** A field of `form()`; what is not named here becomes an attribute of its input. */
export interface Field {
  name: string;
  label: string;
  /** The type of the input, `select` or `textarea`; by default `text`. */
  kind?: string;
  options?: readonly (readonly [string | number, string])[];
  value?: unknown;
  help?: string | null;
  required?: boolean;
  /** The JSON pointer by which the API names it in a refusal. */
  pointer?: string;
  /** What is sent for what was entered; undefined: nothing. */
  // biome-ignore lint/suspicious/noExplicitAny: a field reads text, a number or a flag
  read?: (value: any) => unknown;
  /** Known values, offered while typing. */
  suggested?: readonly string[];
  [attribute: string]: unknown;
}

/** The fields of a form; null: not this time. */
export type Fields = (Field | null)[];

/** What a form read: which values it has is decided by its fields. */
// biome-ignore lint/suspicious/noExplicitAny: the API checks what it is sent
export type FormValues = any;

/** The filters of a list as they stand in the address, and the cursor of the next page. */
export type Filters = Record<string, string | readonly string[] | null | undefined>;

/** A filter of `listing()`. */
export interface Filter {
  name: string;
  label: string;
  kind?: string;
  placeholder?: string;
  options?: readonly (readonly [string, string])[];
  suggest?: () => Promise<readonly string[]>;
  /** Whether it takes several values, and values that are left out: `service:a service:b -team:c`. */
  isMany?: boolean;
  /** Whether any number is a value, and not only those of its options. */
  isNumber?: boolean;
  /** Whether it orders or groups rows, and leaves none out. */
  isOrder?: boolean;
  /** Whether it stands beside the search, and not behind “Filters”. */
  isBeside?: boolean;
}

/** What a list can be filtered by, and the filters that each word after `is:` stands for. */
export interface ListFilters {
  fields: readonly Filter[];
  is: Readonly<Record<string, Filters>>;
}

/** What the text in a search may become. */
export interface Completion {
  shown: string;
  detail: string;
  text: string;
  /** Whether nothing is missing after it. */
  isWhole: boolean;
}

/** A page of a list of the API. */
export interface Page<Item> {
  data: Item[];
  page: { total: number; has_more: boolean; next_cursor: string | null };
}

/** What can be done with rows of a list, and the key that does it; `done()` follows. */
export interface RowAct<Item> {
  label: string;
  key?: string;
  act: (rows: Item[], done: () => void) => unknown;
}

/** By what rows can be grouped: what it is called, and the name of a row's group. */
export type RowGroups<Item> = Readonly<Record<string, { label: string; of: (row: Item) => string }>>;

/** The checkboxes of a list whose rows can be selected, and the buttons in its rows. */
export interface RowSelection<Item> {
  all: HTMLInputElement;
  checkboxFor: (row: Item, name: string) => HTMLInputElement;
  buttonFor: (row: Item, key: string, text: Content, label: string) => HTMLButtonElement;
}

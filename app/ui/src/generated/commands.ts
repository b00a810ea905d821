// Generated from shared-model/src/commands by `make types`. Never edit.

export type AddCaseArgs = { 
/**
 * Code of the matter catalogue, or its exact Chinese name.
 */
matter: string, 
/**
 * One line.
 */
title: string, description?: string, household?: string, building?: string, 
/**
 * Place in words, when neither is known.
 */
place?: string, 
/**
 * Person concerned; kept apart from the case in a stricter class.
 */
person?: string, 
/**
 * Who told it, only when it is someone other than the author.
 */
reporter?: string, 
/**
 * Handled on the spot: what was done. Closes the case at once.
 */
on_the_spot?: string, 
/**
 * Name of the workflow; absent: the one of the matter.
 */
workflow?: string, 
/**
 * How to reach who told it.
 */
contact?: string, 
/**
 * For whom it is written down, when that is not the author: a building head who telephoned.
 */
on_behalf_of?: string, 
/**
 * The case that it is a part of.
 */
parent?: string, 
/**
 * The case that was closed and is there again.
 */
repeat_of?: string, 
/**
 * Fields of the workflow, by name.
 */
data: { [key in string]: string }, 
/**
 * Where it is, degrees (WGS-84); only where somebody gave it.
 */
lng?: number, lat?: number, };
export type AddHouseholdArgs = { 
/**
 * Building id.
 */
building: string, 
/**
 * 单元; empty where there is none.
 */
unit_no?: string, 
/**
 * 房号.
 */
door: string, 
/**
 * Name of the head; makes the person too.
 */
head_name?: string, 
/**
 * Any further fields of a household.
 */
edit?: { [key in string]: JsonValue }, };
export type AddMatterArgs = { 
/**
 * `01` … `06`.
 */
category: string, name_zh: string, name_en?: string, 
/**
 * `open`, `register` or `private`.
 */
class: string, 
/**
 * 履职, 协办, 代办 or 只报.
 */
community_duty: string, lead?: string, level?: number, response_hours?: number, resolve_days?: number, };
export type AddMembershipArgs = { 
/**
 * Somebody who is known: the `person` of a membership …
 */
person?: string, 
/**
 * … or a new name.
 */
name?: string, role: string, 
/**
 * Unit id or code.
 */
unit: string, 
/**
 * First day; absent: at once.
 */
from?: string, 
/**
 * Last day; absent: open.
 */
until?: string, };
export type AddPersonArgs = { household: string, name: string, edit?: { [key in string]: JsonValue }, };
export type AddStepArgs = { case: string, 
/**
 * Name of the transition, e.g. `dispatch`, `handle`, `comment`, `close`; see `CaseFile.next`.
 */
transition: string, note?: string, 
/**
 * Who is to act, in words, for a dispatch.
 */
assignee?: string, 
/**
 * 满意 / 基本满意 / 不满意 for a rating.
 */
rating?: string, 
/**
 * For `hand_up`: the unit (id or code) whose office is to see the case. For `dispatch`: the membership that is to see and handle it.
 */
to?: string, 
/**
 * Up to which class; absent: the case's own.
 */
upto?: string, 
/**
 * Fields of the step, by name.
 */
data: { [key in string]: string }, 
/**
 * For whom it is written down, when that is not the author: a department that telephoned.
 */
on_behalf_of?: string, };
export type AddVisitArgs = { household: string, 
/**
 * `met absent refused moved deceased away`, or the label.
 */
outcome: string, 
/**
 * `door phone message neighbour chance`; absent: at the door.
 */
mode?: string, topics?: Array<string>, note?: string, 
/**
 * People met.
 */
people?: Array<string>, 
/**
 * When, unix milliseconds; absent: now.
 */
at?: number, 
/**
 * Facts learned at the door: record id → edit. Written in the same command.
 */
facts?: { [key in string]: { [key in string]: JsonValue } }, };
export type Added = { id: string, };
export type AdoptArgs = { id: string, 
/**
 * Another value; null clears.
 */
values?: { [key in string]: JsonValue }, leave_out?: Array<string>, 
/**
 * The operations that the form showed as what is there now.
 */
seen?: { [key in string]: Array<string> }, };
export type Amount = number | string;
export type Ask = { record: string, record_name: string, key: string, label: string, };
export type AskArgs = { 
/**
 * Household or person → the fields to ask for, by key.
 */
items: { [key in string]: Array<string> }, };
export type BringAlongArgs = { 
/**
 * The person at the old door.
 */
old: string, key: string, 
/**
 * `take` it along, or `leave` it there.
 */
decision: string, };
export type CalendarDay = { date: string, works: boolean, name: string, 
/**
 * Set by this deployment.
 */
own: boolean, };
export type CalendarYear = { year: number, 
/**
 * `published`, `statutory` (make-up days not announced), `weekdays` (nothing announced).
 */
basis: string, 
/**
 * The deployment said that the notice is all in.
 */
basis_own: boolean, days: Array<CalendarDay>, 
/**
 * `09:00-12:00,14:00-18:00`.
 */
hours: string, hours_own: boolean, 
/**
 * This person may change it.
 */
may_edit: boolean, 
/**
 * Live operations of what the deployment set, by date, `y<year>` and `hours`.
 */
ops: { [key in string]: Array<string> }, };
export type CaseFile = { case: CaseView, steps: Array<StepView>, next: Array<NextStep>, 
/**
 * Whom it may be shown to who does not see it yet: what a chooser offers. Empty where this person shows it to nobody.
 */
may_share: Array<ShareChoice>, 
/**
 * This person shows it to others, and takes it back.
 */
is_sharer: boolean, clocks: Array<ClockView>, links: Array<CaseLink>, people: Array<CasePerson>, 
/**
 * Sheets that may be printed.
 */
sheets: Array<Coded>, 
/**
 * Id of the workflow that it keeps.
 */
workflow_id: string, };
export type CaseItem = { id: string, title: string, matter: Coded, category: string, 
/**
 * State of the workflow: `reported dispatched handling answered closed returned …`.
 */
state: Coded, is_closed: boolean, 
/**
 * It is over without having been dealt with here: merged into another, or void.
 */
is_aside: boolean, 
/**
 * Household or building it is at.
 */
household: string | null, building: string | null, 
/**
 * Doorplate or building name or words.
 */
place: string | null, 
/**
 * Unix ms.
 */
opened_at: number, due_at: number | null, 
/**
 * From what the working days up to then are known: `published`, `statutory` (make-up days not announced), `weekdays` (nothing announced).
 */
due_basis: string | null, 
/**
 * `over`, `today`, `soon`, `none`.
 */
due: Due, by: string, mine: boolean, lead: string | null, class: string, pending: boolean, 
/**
 * One sentence of what came of it, for a building head.
 */
outcome: string | null, 
/**
 * Who sees it beside those of its own units.
 */
shared: Array<SharedWith>, 
/**
 * It is here only because somebody shares it.
 */
by_share: boolean, 
/**
 * Name and words of the workflow that it runs in.
 */
workflow: Coded, 
/**
 * What lies over its state: 督办中, 联动中, 挂起, 申请延期中.
 */
overlays: Array<Coded>, 
/**
 * 1 most urgent … 4.
 */
urgency: number, 
/**
 * At which level it is dealt with, or came to its end.
 */
level: Coded, 
/**
 * When the call back after its end is due, unix ms; only while it waits for one.
 */
follow_at: number | null, 
/**
 * Steps that do not fit, which nobody has looked at.
 */
clashes: number, 
/**
 * A number that somebody else gave it.
 */
number: string | null, 
/**
 * Whom it was given to last.
 */
assignee: string | null, 
/**
 * The catalogue names no department that leads, and it is not for the community to handle.
 */
lead_gap: boolean, };
export type CaseLink = { 
/**
 * `parent`, `child`, `repeat_of`, `repeated_by`, `merged_into`, `merged`.
 */
kind: string, id: string, title: string, state: Coded, };
export type CaseList = { items: Array<CaseItem>, total: number, };
export type CasePerson = { 
/**
 * `author`, `on_behalf_of`, `reporter`, `concerned`, `assignee`, `handler`.
 */
part: string, name: string, contact: string | null, 
/**
 * Class in which it is kept: who else knows.
 */
class: Coded, };
export type CaseView = { description: string | null, person: string | null, reporter: string | null, contact: string | null, on_behalf_of: string | null, 
/**
 * Fields of the workflow that hold something.
 */
fields: Array<FieldView>, id: string, title: string, matter: Coded, category: string, 
/**
 * State of the workflow: `reported dispatched handling answered closed returned …`.
 */
state: Coded, is_closed: boolean, 
/**
 * It is over without having been dealt with here: merged into another, or void.
 */
is_aside: boolean, 
/**
 * Household or building it is at.
 */
household: string | null, building: string | null, 
/**
 * Doorplate or building name or words.
 */
place: string | null, 
/**
 * Unix ms.
 */
opened_at: number, due_at: number | null, 
/**
 * From what the working days up to then are known: `published`, `statutory` (make-up days not announced), `weekdays` (nothing announced).
 */
due_basis: string | null, 
/**
 * `over`, `today`, `soon`, `none`.
 */
due: Due, by: string, mine: boolean, lead: string | null, class: string, pending: boolean, 
/**
 * One sentence of what came of it, for a building head.
 */
outcome: string | null, 
/**
 * Who sees it beside those of its own units.
 */
shared: Array<SharedWith>, 
/**
 * It is here only because somebody shares it.
 */
by_share: boolean, 
/**
 * Name and words of the workflow that it runs in.
 */
workflow: Coded, 
/**
 * What lies over its state: 督办中, 联动中, 挂起, 申请延期中.
 */
overlays: Array<Coded>, 
/**
 * 1 most urgent … 4.
 */
urgency: number, 
/**
 * At which level it is dealt with, or came to its end.
 */
level: Coded, 
/**
 * When the call back after its end is due, unix ms; only while it waits for one.
 */
follow_at: number | null, 
/**
 * Steps that do not fit, which nobody has looked at.
 */
clashes: number, 
/**
 * A number that somebody else gave it.
 */
number: string | null, 
/**
 * Whom it was given to last.
 */
assignee: string | null, 
/**
 * The catalogue names no department that leads, and it is not for the community to handle.
 */
lead_gap: boolean, };
export type Changed = { 
/**
 * Kinds touched, e.g. `household`, `visit`; `sync` for a change of sync state; `session` for lock and unlock.
 */
kinds: Array<string>, 
/**
 * Records touched, at most 100; empty with `many`.
 */
records: Array<string>, 
/**
 * More records changed than are named.
 */
many: boolean, };
export type Class = "common" | "open" | "door" | "register" | "private" | "office";
export type ClockRule = { name: string, zh: string, en: string, unit: Unit, amount: Amount, 
/**
 * It starts when one of these states is entered; the first state is entered when the case is opened. Entered again after it ended, it starts anew.
 */
starts: Array<string>, 
/**
 * It ends when one of these states is entered.
 */
stops: Array<string>, 
/**
 * It also ends with one of these steps, which leave the state.
 */
stops_by: Array<string>, 
/**
 * It stands still while this overlay is on.
 */
pause: string, 
/**
 * The step that extends it by its field `extend_by`.
 */
extend: string, escalate?: Escalation | null, };
export type ClockView = { name: Coded, started_at: number, 
/**
 * Null while it stands still, or where nothing says how long it is.
 */
due_at: number | null, 
/**
 * When it was met.
 */
stopped_at: number | null, is_paused: boolean, 
/**
 * What it was extended by, in its own unit.
 */
extended: number, unit: Unit, 
/**
 * `published`, `statutory`, `weekdays`.
 */
basis: string, 
/**
 * `over`, `today`, `soon`, `none`; when met: `met` or `late`.
 */
state: string, };
export type CloseUnitArgs = { unit: string, successors: Array<string>, };
export type CodeBook = { 
/**
 * Table name (`sex`, `relation`, `visit_outcome`, `visit_topic` …) → choices.
 */
tables: { [key in string]: Array<CodeChoice> }, tags: Array<string>, care_tags: Array<string>, };
export type CodeChoice = { code: string, zh: string, en: string, 
/**
 * One of the few shown first.
 */
common: boolean, };
export type Coded = { code: string, label: string, 
/**
 * The English words, where the page has none of its own: a workflow brings its words with it.
 */
en?: string, };
export type ConfirmDeviceArgs = { device: string, 
/**
 * The six digits that the other screen shows.
 */
digits: string, };
export type Conflict = { 
/**
 * Names the operations, so that settling by it never touches a later one.
 */
id: string, record: string, kind: string, 
/**
 * Name of the person or doorplate.
 */
record_name: string, household: string | null, plate: string | null, key: string, label: string, values: Array<ConflictValue>, 
/**
 * The value before the fork, where this device still knows it.
 */
before: string | null, 
/**
 * May this person settle it?
 */
may_settle: boolean, 
/**
 * Newest of the values, unix ms.
 */
at: number, };
export type ConflictList = { items: Array<Conflict>, total: number, };
export type ConflictValue = { value: string | number | boolean | null, 
/**
 * For people: label of a code, masked number.
 */
text: string, 
/**
 * Who wrote it, by display name.
 */
by: string, 
/**
 * Role or place of that person, where known.
 */
by_role: string | null, 
/**
 * When, unix ms, as claimed.
 */
at: number, 
/**
 * The winner shown meanwhile.
 */
shown: boolean, 
/**
 * The operation.
 */
op: string, };
export type DecideHeldArgs = { id: string, 
/**
 * `take` the cell, `keep` what is there, or `edit` with a value.
 */
decision: string, value?: JsonValue, };
export type DecideMentionArgs = { 
/**
 * As `list_erasures` names it.
 */
id: string, 
/**
 * `erase` these fields with all their history, or `keep`: it is somebody else.
 */
decision: string, };
export type DeviceAlarm = { at: number, 
/**
 * `invite_again`: a used invite was presented a second time.
 */
kind: string, name: string, unit_name: string, 
/**
 * The device that had used the invite.
 */
device: string | null, };
export type DeviceHolds = { unit: string, unit_name: string, classes: Array<Coded>, households: number, 
/**
 * People whose facts it may show; 0 where it holds doors only.
 */
people: number, };
export type DeviceItem = { id: string, name: string, role: Coded, unit: string, unit_name: string, 
/**
 * `unconfirmed`, `active`, `cloned`, `revoked`, `lost` (revoked as lost or stolen), `wiped`.
 */
state: string, 
/**
 * Six digits to compare, while unconfirmed.
 */
digits: string | null, seen_at: number | null, this: boolean, 
/**
 * Why it was revoked: `replaced left lost stolen cloned mistaken`.
 */
reason: Coded | null, revoked_at: number | null, 
/**
 * When it proved that it was wiped.
 */
wiped_at: number | null, 
/**
 * Commands that it had still not sent at its last contact.
 */
unsent: number, 
/**
 * When it stops showing what it holds, unless it makes contact.
 */
lease_until: number | null, 
/**
 * What it holds, as of its last contact.
 */
held: Array<DeviceHolds>, };
export type DeviceList = { items: Array<DeviceItem>, 
/**
 * Of the last thirty days, newest first.
 */
alarms: Array<DeviceAlarm>, 
/**
 * People with their roles and phone numbers, from memberships.
 */
people: Array<MemberItem>, };
export type DiscardArgs = { 
/**
 * `device_seq` of the refused command.
 */
seq: number, };
export type Due = { 
/**
 * `over`, `today`, `soon`, `none`, `done` (visited today), `vacant`.
 */
state: string, 
/**
 * `YYYY-MM-DD`.
 */
date: string | null, 
/**
 * Days until due; negative when overdue.
 */
days: number, };
export type DueList = { over: Array<HouseholdItem>, today: Array<HouseholdItem>, soon: Array<HouseholdItem>, 
/**
 * Visited today.
 */
done: number, 
/**
 * Cases with me.
 */
cases: number, };
export type EditArgs = { id: string, edit: Record<string, unknown>, 
/**
 * Per key the operations that the form showed (`ops` of the record). Absent: read now.
 */
seen?: { [key in string]: Array<string> }, };
export type EditMatterArgs = { code: string, 
/**
 * `lead level response_hours resolve_days synonyms workflow hidden`, of a matter of the deployment's own also `name_zh name_en`.
 */
entries: Record<string, unknown>, 
/**
 * Per entry the operations that the form showed (`MatterItem.ops`). Absent: read now.
 */
seen?: { [key in string]: Array<string> }, };
export type Edited = { 
/**
 * False when nothing had to be written.
 */
changed: boolean, };
export type EndMembershipArgs = { id: string, 
/**
 * Last day; absent: now.
 */
until?: string, };
export type EnrolArgs = { 
/**
 * The invite, `gridwalk:1?u=…&t=…&k=…&e=…`.
 */
invite: string, 
/**
 * Six digits, chosen by the person; never leaves the device.
 */
pin: string, };
export type EraseArgs = { 
/**
 * A person or a household.
 */
record: string, 
/**
 * A code of the table `erase_reason`.
 */
reason: string, 
/**
 * The person was told what goes, and that it cannot be undone.
 */
confirm: boolean, };
export type ErasureEnded = { name: string, reason: Coded | null, revoked_at: number | null, 
/**
 * 何时停用、为什么，没有收到清除回执.
 */
words: string, };
export type ErasureItem = { at: number, 
/**
 * `person` or `household`.
 */
kind: Coded, reason: Coded, 
/**
 * Who asked for it.
 */
by: string, 
/**
 * Documents that went.
 */
documents: number, 
/**
 * Devices that have carried it out, of how many.
 */
done: number, devices: number, 
/**
 * Holders of the devices that have not yet.
 */
to_come: Array<string>, 
/**
 * Devices that were ended before they answered: nobody knows what they still hold. They are counted in `devices`.
 */
ended: Array<ErasureEnded>, 
/**
 * Nobody is waited for, and no device was ended without proof that it was wiped.
 */
complete: boolean, 
/**
 * Where it may still be named in words, for this office to decide.
 */
mentions: Array<ErasureMention>, 
/**
 * Until then a backup may still hold it.
 */
backups_until: number, };
export type ErasureList = { items: Array<ErasureItem>, };
export type ErasureMention = { 
/**
 * What `decide_mention` names.
 */
id: string, record: string, 
/**
 * `visit`, `case`, `case_step`, `household`, `held_item` …
 */
kind: Coded, 
/**
 * Household and case to open, where there is one; place or title of it.
 */
household: string | null, case: string | null, title: string, 
/**
 * The fields that go when it is decided so.
 */
fields: Array<Coded>, 
/**
 * Decided here, and not confirmed by the server yet.
 */
pending: boolean, };
export type Escalation = { 
/**
 * So many units after.
 */
after: number, 
/**
 * The step that is offered then.
 */
step: string, };
export type ExportOrdersArgs = { 
/**
 * Where to write it (command line, shell), `.xlsx` or `.csv`; absent: returned as base64.
 */
out?: string, 
/**
 * `xlsx` or `csv`, where `out` does not say.
 */
format?: string, 
/**
 * Orders received on these days, inclusive, `YYYY-MM-DD`.
 */
from?: string, to?: string, };
export type Failure = { 
/**
 * Stable, for programs.
 */
code: string, 
/**
 * For people, in Chinese.
 */
message: string, 
/**
 * Row of the sheet, 1-based, where one is meant.
 */
row?: number | null, 
/**
 * Column header or argument name, where one is meant.
 */
field?: string | null, };
export type Field = { name: string, zh: string, en: string, kind: FieldKind, options: Array<Label>, 
/**
 * The step cannot be taken, the case not be opened without it.
 */
required: boolean, };
export type FieldInfo = { key: string, zh: string, en: string, class: string, kind: string, code_table: string | null, purpose: string, basis: string, };
export type FieldKind = "text" | "long" | "date" | "int" | "money" | "phone" | "choice" | "case";
export type FieldView = { field: Coded, en: string, 
/**
 * As people read it.
 */
text: string, };
export type FillArgs = { file?: string, data?: string, filter?: FillFilter, 
/**
 * Where to write the filled table (command line, shell); absent: returned as base64.
 */
out?: string, 
/**
 * Reason for whole ID numbers; without one they are masked.
 */
reason?: string, };
export type FillColumn = { 
/**
 * Header as it stands, parts of a two-row header joined by `/`.
 */
header: string, 
/**
 * Field that fills it; null when unknown.
 */
field: string | null, label: string | null, };
export type FillFilter = { unit?: string, 
/**
 * Age in whole years today, inclusive.
 */
age_from?: number, age_to?: number, tag?: string, political?: string, sex?: string, };
export type FillGap = { row: number, record: string, household: string, plate: string, name: string, key: string, label: string, };
export type FillReport = { rows: number, columns: Array<FillColumn>, unknown_headers: Array<string>, gaps: Array<FillGap>, 
/**
 * The filled rows as text, at most 50, for the preview.
 */
preview: Array<Array<string>>, masked: boolean, 
/**
 * Path written, or …
 */
file: string | null, 
/**
 * … the filled XLSX in base64.
 */
data: string | null, name: string, };
export type GrantsPreview = { 
/**
 * Only people for whom something changes.
 */
people: Array<PersonPreview>, 
/**
 * Grids whose households change.
 */
grids: Array<GridPreview>, };
export type GridPreview = { unit: string, name: string, households_before: number, households_after: number, 
/**
 * `few` under 300, `many` over 500 households, `no_worker` when nobody would be left; empty: nothing to remark.
 */
remarks: Array<string>, };
export type HandoverNote = { at: number, 
/**
 * Units by name, the widest that changed.
 */
gained: Array<string>, lost: Array<string>, 
/**
 * Commands written in what was lost that the server took since.
 */
accepted: number, 
/**
 * Units that are still here, to be read only, until everything written in them has a verdict.
 */
leaving: number, };
export type HeldItem = { id: string, 
/**
 * `differs id_checksum id_length id_float no_name no_door other_grid bad_code set_back`.
 */
reason: Coded, file: string, row: number, column: string, household: string | null, plate: string | null, record: string | null, record_name: string | null, key: string | null, label: string | null, 
/**
 * What the record says now.
 */
current: string | null, 
/**
 * What the cell says, letter by letter.
 */
cell: string, by: string, at: number, };
export type HeldList = { items: Array<HeldItem>, total: number, };
export type History = { 
/**
 * Newest first.
 */
items: Array<HistoryItem>, 
/**
 * False: only what this device holds.
 */
complete: boolean, };
export type HistoryArgs = { record: string, key: string, };
export type HistoryItem = { value: string | number | boolean | null, text: string, by: string, at: number, 
/**
 * When the server received it, unix ms; null while waiting here.
 */
received_at: number | null, 
/**
 * `write`, `settle`, `import`.
 */
how: string, op: string, };
export type HoldingItem = { 
/**
 * common open door register private office.
 */
class: Coded, records: number, 
/**
 * Kinds with counts.
 */
kinds: { [key in string]: number }, 
/**
 * Fields of this class by label, as the declarations say.
 */
fields: Array<string>, };
export type Holdings = { items: Array<HoldingItem>, 
/**
 * Classes that never reach this device, by label.
 */
never: Array<Coded>, };
export type HouseholdFile = { household: HouseholdView, persons: Array<PersonView>, 
/**
 * Newest first.
 */
visits: Array<VisitView>, cases: Array<CaseItem>, 
/**
 * Two values anywhere in this file.
 */
conflicts: Array<Conflict>, 
/**
 * Import cells of this household that wait for the office.
 */
held: Array<HeldItem>, 
/**
 * Facts to ask for at the next visit: record, key, label.
 */
asks: Array<Ask>, 
/**
 * The hub family that covers this household.
 */
hub: HubView | null, };
export type HouseholdItem = { id: string, building: string, building_name: string, 
/**
 * Doorplate, `3-2-501`.
 */
plate: string, unit_no: string, door: string, 
/**
 * Floor, read from the door number, where it can be.
 */
floor: number | null, head_name: string | null, people: number, 
/**
 * red yellow green general.
 */
tier: Coded, tags: Array<string>, 
/**
 * Age of the oldest person, for the line under the name; null where not held.
 */
oldest: number | null, due: Due, 
/**
 * Last visit, unix ms.
 */
visited_at: number | null, conflicts: number, held: number, open_cases: number, is_hub: boolean, is_rented: boolean, is_vacant: boolean, };
export type HouseholdList = { items: Array<HouseholdItem>, total: number, };
export type HouseholdView = { id: string, building: string, building_name: string, estate: string | null, plate: string, unit_no: string, door: string, head_name: string | null, contact_phone: string | null, residence_type: Coded | null, tier: Coded, tags: Array<string>, 
/**
 * Care tags; null where this device does not hold the class.
 */
care_tags: Array<string> | null, note: string | null, is_hub: boolean, is_rented: boolean, is_vacant: boolean, 
/**
 * They moved away as a whole: the file ends here.
 */
moved: Moved | null, 
/**
 * No longer this person's: here to be read until everything written in it has a verdict.
 */
read_only: boolean, due: Due, 
/**
 * Per key the live operations, to be handed back as `seen` by an edit.
 */
ops: { [key in string]: Array<string> }, 
/**
 * False where this device holds the door part only.
 */
has_register: boolean, pending: boolean, };
export type HubView = { household: string, plate: string, name: string, };
export type IdArgs = { id: string, };
export type ImportArgs = { 
/**
 * Path of the file on this machine (command line, shell) …
 */
file?: string, 
/**
 * … or its bytes in base64 with a name (browser).
 */
data?: string, name?: string, 
/**
 * Grid that the roster belongs to: id or code.
 */
grid: string, 
/**
 * Estate, where the roster does not say.
 */
estate?: string, dry_run?: boolean, };
export type ImportDuplicate = { row: number, 
/**
 * The household already there.
 */
household: string, plate: string, reason: string, 
/**
 * Cells that differ and wait for the office.
 */
differs: number, };
export type ImportFinding = { 
/**
 * Row of the sheet, 1-based.
 */
row: number, 
/**
 * Header of the column.
 */
column: string, code: string, message: string, 
/**
 * The cell, letter by letter.
 */
cell: string, };
export type ImportOrdersArgs = { 
/**
 * Path of the file on this machine (command line, shell) …
 */
file?: string, 
/**
 * … or its bytes in base64 with a name (browser).
 */
data?: string, name?: string, 
/**
 * Only says what would be done.
 */
dry_run?: boolean, };
export type ImportPreview = { row: number, plate: string, head: string, people: number, 
/**
 * `new`, `known`, `differs`.
 */
state: string, tags: Array<string>, };
export type ImportReport = { file: string, dry_run: boolean, households: number, persons: number, 
/**
 * New records written (households and people).
 */
added: number, buildings: number, held: number, errors: Array<ImportFinding>, warnings: Array<ImportFinding>, duplicates: Array<ImportDuplicate>, 
/**
 * First households as they would be read, for the preview.
 */
preview: Array<ImportPreview>, took_ms: number, };
export type InviteArgs = { role: string, 
/**
 * Unit id or code.
 */
unit: string, 
/**
 * The person's name.
 */
name: string, };
export type Invited = { 
/**
 * `gridwalk:1?u=…&t=…&k=…&e=…`.
 */
invite: string, expires_at: number, };
export type JsonValue = number | string | boolean | Array<JsonValue> | { [key in string]: JsonValue } | null;
export type Label = { name: string, zh: string, en: string, };
export type LeftBehindItem = { 
/**
 * The person at the old door, and at the new one.
 */
old: string, new: string, name: string, 
/**
 * The old door, and the new one.
 */
plate: string, new_plate: string, 
/**
 * The household at the new door.
 */
household: string | null, key: string, label: string, 
/**
 * What was written at the old door, and what the new one says.
 */
text: string, now: string, who: string, };
export type LeftBehindList = { items: Array<LeftBehindItem>, };
export type Level = "grid" | "community" | "street" | "district";
export type ListCasesArgs = { unit?: string, household?: string, 
/**
 * `open` or `closed`; absent: all.
 */
state?: string, 
/**
 * Only what I reported.
 */
mine?: boolean, 
/**
 * Only those of this workflow.
 */
workflow?: string, 
/**
 * Only those that wait for a call back after their end.
 */
follow?: boolean, 
/**
 * Only those with steps that do not fit, which nobody has looked at.
 */
clashing?: boolean, limit?: number, offset?: number, };
export type ListDueArgs = { 
/**
 * A unit; absent: all mine.
 */
unit?: string, 
/**
 * Days ahead that still count as soon; default 3.
 */
days?: number, };
export type ListHeldArgs = { household?: string, limit?: number, offset?: number, };
export type ListHouseholdsArgs = { 
/**
 * Any unit: a building, a grid, a community. Absent: everything held.
 */
unit?: string, 
/**
 * Only doors in this state: `over`, `today`, `soon`.
 */
due?: string, 
/**
 * Only with this tag.
 */
tag?: string, 
/**
 * A few characters of door, name or phone.
 */
q?: string, limit?: number, offset?: number, };
export type ListMattersArgs = { 
/**
 * Words, pinyin, or pinyin initials.
 */
q?: string, 
/**
 * Also those that the deployment does not take.
 */
all?: boolean, };
export type ListMembershipsArgs = { 
/**
 * Only at this unit or beneath it: id or code.
 */
unit?: string, 
/**
 * Those whose term is over too.
 */
over?: boolean, };
export type ListNearArgs = { matter: string, building?: string, household?: string, lng?: number, lat?: number, };
export type LogItem = { at: number, 
/**
 * `reveal`, `sync`, `export`, `import`, `settle`, `handover`.
 */
what: string, text: string, };
export type MakeGridArgs = { parent: string, name: string, 
/**
 * `grid` or `micro_grid`; absent: `grid`.
 */
kind?: string, 
/**
 * The code of the grid, where it has one.
 */
code?: string, 
/**
 * What is to stand in it at once.
 */
units: Array<string>, };
export type MatterItem = { code: string, category: string, name_zh: string, name_en: string, lead: string | null, level: number, response_hours: number, resolve_days: number, class: string, community_duty: string, 
/**
 * Everyday words for it.
 */
synonyms: Array<string>, 
/**
 * The workflow that a new case takes.
 */
workflow: Coded | null, 
/**
 * The deployment does not take it.
 */
hidden: boolean, 
/**
 * The deployment added it.
 */
local: boolean, 
/**
 * Entries that differ from the product's, each with the product's own.
 */
changed: { [key in string]: string }, 
/**
 * Nobody is named to lead it, and it is not for the community to handle.
 */
lead_gap: boolean, 
/**
 * Live operations of the entries that the deployment set.
 */
ops: { [key in string]: Array<string> }, };
export type MatterList = { 
/**
 * Best match first; without words in the order of the catalogue.
 */
items: Array<MatterItem>, 
/**
 * This person may change the catalogue.
 */
may_edit: boolean, };
export type MemberItem = { name: string, role: Coded, unit: string, unit_name: string, phone: string | null, };
export type MembershipItem = { id: string, person: string, name: string, role: Coded, unit: string, unit_name: string, phone: string | null, 
/**
 * Unix ms, inclusive.
 */
from: number | null, 
/**
 * Unix ms, exclusive; null: open.
 */
until: number | null, 
/**
 * `planned`, `live`, `over`, by this device's clock.
 */
state: string, 
/**
 * Name of whoever is stood in for.
 */
stands_for: string | null, 
/**
 * May this person change it?
 */
may: boolean, 
/**
 * Devices of the person that are in use.
 */
devices: number, 
/**
 * What they had not handed over when last heard of.
 */
unsent: number, 
/**
 * All of them know what they hold now; until then work written before may still come.
 */
told: boolean, seen_at: number | null, };
export type MembershipList = { items: Array<MembershipItem>, 
/**
 * Grids without a worker.
 */
gaps: Array<UnitName>, };
export type MoveHouseholdArgs = { id: string, 
/**
 * Building moved to; absent: away, out of what is held.
 */
building?: string, unit_no?: string, door?: string, reason?: string, };
export type MovePersonArgs = { id: string, 
/**
 * The household moved to; absent: moved away, out of what is held.
 */
household?: string, reason?: string, };
export type MoveUnitsArgs = { 
/**
 * Buildings, areas or grids, by id or code.
 */
units: Array<string>, 
/**
 * Where they are to stand.
 */
parent: string, };
export type Moved = { 
/**
 * `YYYY-MM-DD`.
 */
on: string, 
/**
 * The household they are in now; null: away, or not held here.
 */
household: string | null, plate: string | null, };
export type NameArgs = { name: string, };
export type NearCase = { case: CaseItem, 
/**
 * `building`, or metres away.
 */
same_building: boolean, metres: number | null, };
export type NearList = { items: Array<NearCase>, };
export type NextStep = { transition: Coded, 
/**
 * `note`, `assignee`, `rating`, `to`: what it requires.
 */
requires: Array<string>, 
/**
 * The one action offered as the main button.
 */
main: boolean, en: string, fields: Array<Field>, 
/**
 * Ratings that may be given, where one is asked for: `satisfied`, `fair`, `dissatisfied`.
 */
ratings: Array<string>, evidence: boolean, 
/**
 * A remark: changes nothing.
 */
is_remark: boolean, };
export type NoArgs = Record<symbol, never>;
export type OrderRow = { 
/**
 * Row of the sheet, 1-based.
 */
row: number, 
/**
 * `new`; `known`: here already and the same; `changed`: here already, and the file says something else, which is not written; `twice`: a row
 * above has the same number; `bad`: cannot be taken.
 */
verdict: string, number: string, title: string, matter: Coded | null, 
/**
 * From what the matter is known: `category` (the file names it), `words` (words of the order), `default`.
 */
matter_from: string, 
/**
 * The building or door that the address names.
 */
place: string | null, 
/**
 * `YYYY-MM-DD`.
 */
due: string | null, 
/**
 * The file names no day; counted from the catalogue.
 */
due_guess: boolean, 
/**
 * The case, where there is one.
 */
case: string | null, 
/**
 * What is wrong, differs, or was guessed.
 */
findings: Array<ImportFinding>, };
export type OrdersExport = { headers: Array<string>, 
/**
 * All rows, for the page.
 */
rows: Array<Array<string>>, 
/**
 * Where it was written, or …
 */
file: string | null, 
/**
 * … its bytes in base64.
 */
data: string | null, name: string, };
export type OrdersReport = { file: string, dry_run: boolean, added: number, known: number, changed: number, twice: number, bad: number, rows: Array<OrderRow>, 
/**
 * Headers that say nothing here; their cells are kept with the order's words.
 */
unknown_headers: Array<string>, 
/**
 * Rows that are no order (a total, a remark), 1-based.
 */
skipped: Array<number>, took_ms: number, };
export type OwnLog = { items: Array<LogItem>, 
/**
 * My week as text, derived from what I wrote; mine to copy.
 */
week: string, };
export type PageArgs = { limit?: number, offset?: number, };
export type PendingItem = { seq: number, command: string, 
/**
 * In words: 走访 3-2-501.
 */
text: string, household: string | null, at: number, };
export type PendingList = { items: Array<PendingItem>, total: number, };
export type PersonPreview = { person: string, name: string, gains: Array<UnitName>, loses: Array<UnitName>, 
/**
 * As last told: commands their devices had not handed over.
 */
unsent: number, };
export type PersonView = { id: string, household: string, name: string, nickname: string | null, sex: Coded | null, birth_year: number | null, age: number | null, relation: Coded | null, phone: string | null, phone2: string | null, education: Coded | null, political: Coded | null, ethnic: Coded | null, marital: Coded | null, employment: Coded | null, employer: string | null, residence_type: Coded | null, note: string | null, tags: Array<string>, care_tags: Array<string> | null, 
/**
 * Masked, `610104********0515`; `reveal` shows it, with a reason.
 */
id_number_masked: string | null, 
/**
 * Moved away or died: the person stays in the file, greyed.
 */
ended: string | null, end_reason: string | null, 
/**
 * Where they live now, where that is known here.
 */
moved: Moved | null, ops: { [key in string]: Array<string> }, pending: boolean, };
export type Phase = "open" | "closed" | "aside";
export type PreviewGrantsArgs = { 
/**
 * Units that would move …
 */
units: Array<string>, 
/**
 * … to stand here.
 */
parent?: string, 
/**
 * Memberships that would end.
 */
end: Array<string>, 
/**
 * A role that would be given.
 */
add?: AddMembershipArgs, };
export type PrintCaseArgs = { case: string, 
/**
 * Name of one of its sheets; see `CaseFile.sheets`.
 */
sheet: string, };
export type PrintLine = { "kind": "heading", text: string, } | { "kind": "text", text: string, } | { "kind": "row", label: string, text: string, } | { "kind": "sign", text: string, };
export type PrintedSheet = { title: string, lines: Array<PrintLine>, };
export type Problem = { 
/**
 * Stable, e.g. `unreachable`, `dead_end`, `label`, `name`, `unknown`.
 */
code: string, 
/**
 * Where: `states.closed`, `steps.dispatch.from`, `clocks.resolve.starts`.
 */
place: string, 
/**
 * For people, with what to do.
 */
message: string, };
export type RefusedField = { 
/**
 * Names it within the command: the arguments of the answer use it.
 */
id: string, kind: string, key: string, label: string, 
/**
 * Of which record, where this device knows it.
 */
record_name: string | null, 
/**
 * For people: label of a code, masked number.
 */
wanted: string, 
/**
 * For a form.
 */
value: string | number | boolean | null, 
/**
 * What is there now; null where nothing is, or where this device does not hold it.
 */
now: string | null, 
/**
 * The operations behind `now`: sent back, so that a value nobody looked at is never replaced.
 */
seen: Array<string>, 
/**
 * Shown, and not for this form to change.
 */
fixed: boolean, 
/**
 * It follows another field, which is there: it cannot be taken on its own.
 */
follows: string | null, };
export type RefusedInbox = { items: Array<RefusedItem>, 
/**
 * In all, with those that the server sends when these are done with.
 */
total: number, };
export type RefusedItem = { id: string, 
/**
 * What was to be done.
 */
command: Coded, reason: string, words: Words, by: string, by_role: Coded, 
/**
 * When the server received it, unix ms.
 */
at: number, household: string | null, plate: string | null, record_name: string | null, fields: Array<RefusedField>, 
/**
 * Its author wants nothing more of it.
 */
discarded: boolean, 
/**
 * What its author asked.
 */
asked: string | null, asked_at: number | null, 
/**
 * False where there is nothing that could be written down.
 */
may_adopt: boolean, };
export type RefusedWordsArgs = { 
/**
 * `device_seq` of the refused command.
 */
seq: number, words: string, };
export type ResendArgs = { 
/**
 * `device_seq` of the refused command.
 */
seq: number, 
/**
 * Another value; null clears.
 */
values?: { [key in string]: JsonValue }, leave_out?: Array<string>, 
/**
 * The operations that the form showed as what is there now.
 */
seen?: { [key in string]: Array<string> }, };
export type ReturnArgs = { id: string, 
/**
 * For its author. May be missing only for what its author discarded.
 */
words?: string, };
export type RevealArgs = { record: string, key: string, 
/**
 * Why; written to the log before the value is shown.
 */
reason: string, };
export type Revealed = { value: string, };
export type RevokeDeviceArgs = { device: string, 
/**
 * `replaced left lost stolen cloned mistaken`. After `lost` or `stolen` nothing that arrives from it counts.
 */
reason: string, };
export type Role = "overseer" | "admin" | "assignee" | "building_head" | "part_time" | "worker" | "office";
export type RoleAt = { role: Coded, unit: string, unit_name: string, };
export type SearchArgs = { 
/**
 * Name, pinyin, initials, door in any writing, last digits of a phone, a tag.
 */
q: string, limit?: number, };
export type SearchHit = { 
/**
 * `household`, `person`, `case`.
 */
kind: string, id: string, household: string | null, plate: string | null, title: string, detail: string, };
export type SearchReply = { items: Array<SearchHit>, total: number, };
export type ServerAnswer = { accepted: number, 
/**
 * Takes effect when the server confirms.
 */
waiting: number, 
/**
 * In the tray too.
 */
refused: Array<ServerRefusal>, 
/**
 * What was made: a membership, a grid.
 */
id: string | null, };
export type ServerRefusal = { seq: number, text: string, 
/**
 * `stale` when somebody else was faster; else the server's reason.
 */
code: string, why: string, };
export type SetDayArgs = { 
/**
 * `YYYY-MM-DD`.
 */
date: string, 
/**
 * Null takes back what the deployment set.
 */
works?: boolean, name?: string, 
/**
 * The operations that the page showed (`CalendarYear.ops`, by date). Absent: read now.
 */
seen?: Array<string>, };
export type SetHoursArgs = { 
/**
 * `09:00-12:00,14:00-18:00`; empty takes back the product's own.
 */
hours: string, };
export type SetTermArgs = { 
/**
 * The membership.
 */
id: string, 
/**
 * First day, while it has not begun.
 */
from?: string, 
/**
 * Last day; absent: open.
 */
until?: string, };
export type SetYearArgs = { year: number, 
/**
 * The year's notice of the State Council is all in.
 */
published: boolean, };
export type SettleArgs = { 
/**
 * Id of the conflict as listed: it names the operations that were seen.
 */
id: string, 
/**
 * One of its values, or a new one; `null` clears.
 */
value: unknown, };
export type ShareCaseArgs = { case: string, 
/**
 * Unit (id or code) whose office is to see the case; with `assignee` it may be left empty.
 */
to?: string, 
/**
 * Up to which class (`open`, `register`, `private`, `office`); absent: the case's own.
 */
upto?: string, 
/**
 * Membership of one person, who then sees it by name. What is stricter than open needs one.
 */
assignee?: string, };
export type ShareChoice = { 
/**
 * The unit, or the person's.
 */
to: string, 
/**
 * Membership of the person; absent: the office of the unit.
 */
assignee: string | null, name: string, 
/**
 * 街道, or the person's role and unit.
 */
detail: string, 
/**
 * The strictest class that may be chosen.
 */
upto: Coded, };
export type SharedWith = { 
/**
 * The unit or the membership: what `unshare_case` names.
 */
target: string, name: string, 
/**
 * One person, not the office of a unit.
 */
by_name: boolean, 
/**
 * Up to this class.
 */
upto: Coded, 
/**
 * Asked for here, and not confirmed by the server yet.
 */
pending: boolean, 
/**
 * Asked to be taken back here, and not confirmed by the server yet.
 */
leaving: boolean, 
/**
 * The person's term is over: they see the case no longer; the server takes the share back by itself.
 */
ended: boolean, 
/**
 * When the server began it, unix ms; null while it waits.
 */
since: number | null, 
/**
 * When the person's term, and the share with it, ends by itself; unix ms, exclusive.
 */
until: number | null, };
export type Sheet = { name: string, zh: string, en: string, body: string, };
export type StandInArgs = { 
/**
 * The membership that is stood in for; it goes on.
 */
id: string, person?: string, name?: string, from?: string, 
/**
 * Last day: a stand-in has one.
 */
until: string, };
export type State = { name: string, zh: string, en: string, phase: Phase, 
/**
 * One sentence of what came of it, for who reported it; empty: the state's own words.
 */
said: string, };
export type StepView = { id: string, transition: Coded, note: string | null, assignee: string | null, rating: string | null, at: number, by: string, pending: boolean, 
/**
 * Legal where it was taken, not after the merge: stays, marked.
 */
clashes: boolean, 
/**
 * Nobody has looked at it since.
 */
unseen: boolean, on_behalf_of: string | null, 
/**
 * Fields of the step that hold something.
 */
fields: Array<FieldView>, };
export type SyncArgs = { 
/**
 * Folder for a trace of every exchange (command line only).
 */
trace?: string, };
export type SyncReport = { agreed: boolean, pushed: number, pulled: number, refused: number, requests: number, bytes_up: number, bytes_down: number, status: SyncStatus, };
export type SyncStatus = { 
/**
 * Commands that have no verdict yet.
 */
pending: number, 
/**
 * Photos waiting, counted apart.
 */
photos: number, 
/**
 * True only when everything held was proved equal and nothing waits.
 */
agreed: boolean, 
/**
 * When that was last proved, unix ms.
 */
agreed_at: number | null, 
/**
 * Records compared then.
 */
agreed_records: number, 
/**
 * Written since then.
 */
since: number, 
/**
 * Last contact, unix ms.
 */
contact_at: number | null, 
/**
 * Refused, waiting for this person.
 */
refused: number, 
/**
 * Compared and found different: stays until it is mended.
 */
differs: boolean, 
/**
 * The server was set back, and what this device holds is being given to it again.
 */
set_back: boolean, 
/**
 * The office is to confirm this device (again, after the server was set back): the six digits to compare.
 */
confirm_again: string | null, 
/**
 * Pages and own commands kept until a verified backup holds them.
 */
kept_pages: number, kept_commands: number, 
/**
 * Last attempt failed for lack of a server.
 */
offline: boolean, conflicts: number, held: number, 
/**
 * What changed hands lately.
 */
handover: HandoverNote | null, 
/**
 * Records held, and bytes of the store.
 */
records: number, bytes: number, };
export type TableList = { 
/**
 * Kind → fields.
 */
kinds: { [key in string]: Array<FieldInfo> }, };
export type Transition = { name: string, zh: string, en: string, 
/**
 * States it may start from; empty: any that is open.
 */
from: Array<string>, 
/**
 * Also from states that are over, where `from` is empty.
 */
always: boolean, 
/**
 * State it leads to; none: an overlay or a remark that leaves the state.
 */
to?: string | null, 
/**
 * Roles that may take it.
 */
by: Array<Role>, 
/**
 * May it be taken by whoever the case is only shown to?
 */
shared: boolean, 
/**
 * Only by whoever opened the case.
 */
opener: boolean, 
/**
 * Not by whoever took one of these steps last: a second person has to.
 */
not_by: Array<string>, 
/**
 * `note`, `assignee`, `rating`, `to` (the unit or person that is to see the case).
 */
requires: Array<string>, fields: Array<Field>, 
/**
 * Which ratings lead this way: `satisfied`, `fair`, `dissatisfied`. Empty: any.
 */
ratings: Array<string>, 
/**
 * Steps of one group are one button; the rating says which of them it is.
 */
group: string, 
/**
 * The overlay that it begins (日常督办, 协调联动, 挂起, 申请延期).
 */
begins: string, 
/**
 * The overlay that it ends; it has to be on.
 */
ends: string, 
/**
 * Overlays during which it may not be taken.
 */
unless: Array<string>, 
/**
 * The case is dealt with at least at this level from then on.
 */
level?: Level | null, 
/**
 * Photos before and after belong here, where there are any.
 */
evidence: boolean, 
/**
 * Offered first where several may be taken: the smallest of those above 0.
 */
first: number, };
export type TrayItem = { seq: number, command: string, text: string, household: string | null, reason: string, words: Words, 
/**
 * What happened and what to do, in Chinese.
 */
why: string, 
/**
 * What was written, label → text.
 */
values: { [key in string]: string }, fields: Array<RefusedField>, at: number, 
/**
 * What its author asked the office.
 */
asked: string | null, asked_at: number | null, resolution: TrayResolution | null, may_resend: boolean, may_ask: boolean, };
export type TrayList = { items: Array<TrayItem>, total: number, };
export type TrayResolution = { 
/**
 * `adopted`, `returned`.
 */
how: string, words: string, 
/**
 * Empty when nobody decided: others brought it back to a server that was set back.
 */
by: string, at: number, };
export type Unit = "minutes" | "hours" | "work_hours" | "days" | "work_days";
export type UnitItem = { id: string, code: string | null, kind: Coded, name: string, parent: string | null, 
/**
 * Number and estate of a building.
 */
number: string | null, estate: string | null, 
/**
 * Households held beneath this unit.
 */
households: number, people: number, 
/**
 * Households overdue, due today, and visited within their period, beneath this unit.
 */
over: number, today: number, open_cases: number, closed: boolean, };
export type UnitList = { items: Array<UnitItem>, };
export type UnitName = { id: string, name: string, };
export type UnlockArgs = { pin: string, };
export type UnshareCaseArgs = { case: string, 
/**
 * As `CaseItem.shared` names it.
 */
target: string, };
export type VisitView = { id: string, household: string, outcome: Coded, mode: Coded, topics: Array<Coded>, note: string | null, 
/**
 * Unix ms, as claimed by the device.
 */
at: number, by: string, 
/**
 * Not yet at the office.
 */
pending: boolean, };
export type Whoami = { enrolled: boolean, locked: boolean, 
/**
 * False until the office has confirmed the device.
 */
confirmed: boolean, 
/**
 * Six digits to compare with the office's screen, while unconfirmed.
 */
digits: string | null, 
/**
 * Display name of the person.
 */
name: string | null, 
/**
 * Roles by unit.
 */
roles: Array<RoleAt>, 
/**
 * The widest of the roles: decides which screens are shown.
 */
role: Coded | null, 
/**
 * Name of the community (for the office's rail) or unit.
 */
unit_name: string | null, device: string | null, 
/**
 * PIN tries left before waiting, when locked.
 */
tries_left: number | null, 
/**
 * Too long without contact: reading stops until the next one, writing goes on.
 */
lease_over: boolean, 
/**
 * Why the server takes and gives nothing more: `cloned`.
 */
closed: string | null, 
/**
 * The office had this device wiped; until it is enrolled again.
 */
wiped: Wiped | null, };
export type Wiped = { 
/**
 * `replaced left lost stolen cloned mistaken`.
 */
reason: Coded, at: number, 
/**
 * The office has the receipt.
 */
told: boolean, };
export type WithdrawArgs = { 
/**
 * Household id.
 */
household: string, };
export type Words = { 
/**
 * What happened.
 */
zh: string, 
/**
 * What to do.
 */
zh_do: string, 
/**
 * Both in one short sentence, for the large face.
 */
zh_plain: string, en: string, en_do: string, en_plain: string, };
export type Workflow = { 
/**
 * Small letters and `_`.
 */
name: string, zh: string, en: string, 
/**
 * One sentence: what it is for, and the rule it follows.
 */
about: string, 
/**
 * Codes of the catalogue, or their first two digits, for which it is taken when nothing else is said.
 */
matters: Array<string>, 
/**
 * The matter of a case that names none.
 */
matter?: string | null, 
/**
 * Cases are the office's own, whatever the matter says (举报: 处理与受理分开).
 */
class?: Class | null, 
/**
 * Who may open a case in it.
 */
opened_by: Array<Role>, states: Array<State>, steps: Array<Transition>, overlays: Array<Label>, 
/**
 * Fields of the case.
 */
fields: Array<Field>, clocks: Array<ClockRule>, sheets: Array<Sheet>, };
export type WorkflowArgs = { workflow: Workflow, };
export type WorkflowChecked = { problems: Array<Problem>, };
export type WorkflowItem = { 
/**
 * Name and hash of its words: what a case keeps.
 */
id: string, workflow: Workflow, 
/**
 * It comes with the product; else a deployment wrote it.
 */
built_in: boolean, 
/**
 * New cases take it; else only what runs in it does.
 */
current: boolean, 
/**
 * Open cases in it, held here.
 */
running: number, 
/**
 * This person may open a case in it.
 */
may_open: boolean, 
/**
 * Who wrote it, where a deployment did.
 */
by: string | null, at: number | null, pending: boolean, };
export type WorkflowList = { items: Array<WorkflowItem>, 
/**
 * Settings that cannot be used, with what is wrong.
 */
unreadable: Array<Problem>, 
/**
 * This person may write workflows, calendar and catalogue.
 */
may_edit: boolean, };
export type YearArgs = { year: number, };

export interface Commands {
  /** Who I am and the state of this device */
  whoami: { args: NoArgs; reply: Whoami };
  /** Enrol this device with an invite */
  enrol: { args: EnrolArgs; reply: Whoami };
  /** Open with the PIN */
  unlock: { args: UnlockArgs; reply: Whoami };
  /** Lock */
  lock: { args: NoArgs; reply: Whoami };
  /** The unit tree: community, grids, buildings */
  list_units: { args: NoArgs; reply: UnitList };
  /** Households in walking order */
  list_households: { args: ListHouseholdsArgs; reply: HouseholdList };
  /** The file of one household */
  get_household: { args: IdArgs; reply: HouseholdFile };
  /** Add a household */
  add_household: { args: AddHouseholdArgs; reply: Added };
  /** Edit a household */
  edit_household: { args: EditArgs; reply: Edited };
  /** Add a person */
  add_person: { args: AddPersonArgs; reply: Added };
  /** Edit a person */
  edit_person: { args: EditArgs; reply: Edited };
  /** Move a person to another household, or away */
  move_person: { args: MovePersonArgs; reply: Added };
  /** Move a household to another door, or away */
  move_household: { args: MoveHouseholdArgs; reply: Added };
  /** What was written at the old door of people who moved */
  list_left_behind: { args: NoArgs; reply: LeftBehindList };
  /** Bring along what was written at the old door, or leave it */
  bring_along: { args: BringAlongArgs; reply: Edited };
  /** Record a visit */
  add_visit: { args: AddVisitArgs; reply: Added };
  /** Undo a visit just recorded */
  undo_visit: { args: IdArgs; reply: Edited };
  /** Doors due */
  list_due: { args: ListDueArgs; reply: DueList };
  /** The matter catalogue, searched by words or pinyin */
  list_matters: { args: ListMattersArgs; reply: MatterList };
  /** Change a matter of the catalogue */
  edit_matter: { args: EditMatterArgs; reply: Edited };
  /** Add a matter to the catalogue */
  add_matter: { args: AddMatterArgs; reply: Added };
  /** The working days of a year */
  get_calendar: { args: YearArgs; reply: CalendarYear };
  /** Set a day as worked or free */
  set_day: { args: SetDayArgs; reply: Edited };
  /** Say whether a year's notice is all in */
  set_year: { args: SetYearArgs; reply: Edited };
  /** Set the working hours */
  set_hours: { args: SetHoursArgs; reply: Edited };
  /** Code tables for forms */
  list_codes: { args: NoArgs; reply: CodeBook };
  /** Report a matter */
  add_case: { args: AddCaseArgs; reply: Added };
  /** One case with its steps */
  get_case: { args: IdArgs; reply: CaseFile };
  /** Cases */
  list_cases: { args: ListCasesArgs; reply: CaseList };
  /** Take a step in a case */
  add_step: { args: AddStepArgs; reply: Added };
  /** A printed sheet of a case */
  print_case: { args: PrintCaseArgs; reply: PrintedSheet };
  /** Open cases of the same matter close by */
  list_near: { args: ListNearArgs; reply: NearList };
  /** Workflows */
  list_workflows: { args: NoArgs; reply: WorkflowList };
  /** What is wrong with a workflow */
  check_workflow: { args: WorkflowArgs; reply: WorkflowChecked };
  /** Add a workflow, or a new version of one */
  put_workflow: { args: WorkflowArgs; reply: Added };
  /** Retire a workflow; what runs in it keeps it */
  retire_workflow: { args: NameArgs; reply: Edited };
  /** Show a case to a unit above or to one person */
  share_case: { args: ShareCaseArgs; reply: Edited };
  /** Take a shared case back */
  unshare_case: { args: UnshareCaseArgs; reply: Edited };
  /** Fields with two values */
  list_conflicts: { args: PageArgs; reply: ConflictList };
  /** Settle on a value */
  settle_conflict: { args: SettleArgs; reply: Edited };
  /** Import cells that wait for a decision */
  list_held: { args: ListHeldArgs; reply: HeldList };
  /** Decide a held cell */
  decide_held: { args: DecideHeldArgs; reply: Edited };
  /** Where a field's values came from */
  get_history: { args: HistoryArgs; reply: History };
  /** Search households, people and cases */
  search: { args: SearchArgs; reply: SearchReply };
  /** Sync and storage */
  sync_status: { args: NoArgs; reply: SyncStatus };
  /** Sync now */
  sync_now: { args: SyncArgs; reply: SyncReport };
  /** What has not gone up yet */
  list_pending: { args: NoArgs; reply: PendingList };
  /** What was refused and why */
  list_tray: { args: NoArgs; reply: TrayList };
  /** Correct a refused command and send it again */
  resend_refused: { args: ResendArgs; reply: Edited };
  /** Ask the office about a refused command */
  ask_office: { args: RefusedWordsArgs; reply: Edited };
  /** Set aside a refused command, kept in the log */
  discard_refused: { args: DiscardArgs; reply: Edited };
  /** What was refused of others and waits for the office */
  list_refused: { args: PageArgs; reply: RefusedInbox };
  /** Adopt a refused command of somebody else */
  adopt_refused: { args: AdoptArgs; reply: Edited };
  /** Give a refused command back to its author */
  return_refused: { args: ReturnArgs; reply: Edited };
  /** Import a roster */
  import_roster: { args: ImportArgs; reply: ImportReport };
  /** Take in hotline orders */
  import_orders: { args: ImportOrdersArgs; reply: OrdersReport };
  /** Results of hotline orders */
  export_orders: { args: ExportOrdersArgs; reply: OrdersExport };
  /** Fill a department's blank table */
  fill_table: { args: FillArgs; reply: FillReport };
  /** Ask for what is missing at the next visit */
  ask_next_visit: { args: AskArgs; reply: Edited };
  /** Show a masked value; logged */
  reveal: { args: RevealArgs; reply: Revealed };
  /** People and devices */
  list_devices: { args: NoArgs; reply: DeviceList };
  /** Confirm a device */
  confirm_device: { args: ConfirmDeviceArgs; reply: Edited };
  /** Revoke a device */
  revoke_device: { args: RevokeDeviceArgs; reply: Edited };
  /** Invite a device */
  invite_device: { args: InviteArgs; reply: Invited };
  /** Erase a person or a household, on every device */
  erase: { args: EraseArgs; reply: Edited };
  /** Take back the phone shown at a door */
  withdraw_contact: { args: WithdrawArgs; reply: Edited };
  /** Where an erased person may still be named: erase or keep */
  decide_mention: { args: DecideMentionArgs; reply: Edited };
  /** How far erasures have come */
  list_erasures: { args: NoArgs; reply: ErasureList };
  /** Who is in charge of what, with terms */
  list_memberships: { args: ListMembershipsArgs; reply: MembershipList };
  /** Give a person a role at a unit for a term */
  add_membership: { args: AddMembershipArgs; reply: ServerAnswer };
  /** Change the term of a membership */
  set_term: { args: SetTermArgs; reply: ServerAnswer };
  /** End a membership, now or on a day */
  end_membership: { args: EndMembershipArgs; reply: ServerAnswer };
  /** Have somebody stand in for a while */
  stand_in: { args: StandInArgs; reply: ServerAnswer };
  /** Move buildings to another grid */
  move_units: { args: MoveUnitsArgs; reply: ServerAnswer };
  /** Close a unit, naming its successors */
  close_unit: { args: CloseUnitArgs; reply: ServerAnswer };
  /** Make a grid */
  make_grid: { args: MakeGridArgs; reply: ServerAnswer };
  /** Preview a change: who gains and loses what */
  preview_grants: { args: PreviewGrantsArgs; reply: GrantsPreview };
  /** What this device holds, by class */
  get_holdings: { args: NoArgs; reply: Holdings };
  /** What is recorded about me, and my own week as text */
  get_log: { args: NoArgs; reply: OwnLog };
  /** Kinds and fields: labels, class, purpose */
  list_tables: { args: NoArgs; reply: TableList };
}

export type CommandName = keyof Commands;

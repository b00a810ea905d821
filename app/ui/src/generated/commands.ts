// Generated from shared-model/src/commands by `make types`. Never edit.

export type AddAttachmentArgs = { of: string, 
/**
 * `case visit household place facility patrol`
 */
of_kind: string, token: string, stage?: string, 
/**
 * The step of the case that it belongs to.
 */
step?: string, words?: string, };
export type AddCampaignArgs = { title: string, words?: string, 
/**
 * Id or name of a form that a campaign may ask.
 */
form: string, 
/**
 * Unit (id or code); absent: the office's own.
 */
unit?: string, filter?: CampaignFilter, 
/**
 * `YYYY-MM-DD`; absent: today.
 */
from?: string, due: string, };
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
 * The visit or patrol at which it was found; keeps the case in the same command.
 */
visit?: string, 
/**
 * Fields of the workflow, by name.
 */
data: { [key in string]: string }, 
/**
 * Where it is, degrees (WGS-84); only where somebody gave it.
 */
lng?: number, lat?: number, 
/**
 * Photos and recordings that go with it, written in the same command.
 */
attachments?: Array<NewAttachment>, };
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
export type AddListingArgs = { 
/**
 * `need`, `wish`, `resource`, `service`, or the label.
 */
kind: string, 
/**
 * In words; the first line is its title.
 */
words: string, household?: string, 
/**
 * Whose it is.
 */
person?: string, 
/**
 * The visit at which it was said.
 */
visit?: string, 
/**
 * Where it is, when it belongs to no household.
 */
building?: string, };
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
until?: string, 
/**
 * Code of `post`.
 */
post?: string, };
export type AddPersonArgs = { household: string, name: string, edit?: { [key in string]: JsonValue }, };
export type AddRequestArgs = { title: string, asker: string, basis?: string, 
/**
 * `once week month quarter year`, or in words.
 */
frequency?: string, minutes?: number, 
/**
 * Day; today where nothing is said.
 */
asked_on?: string, due?: string, template?: string, 
/**
 * Fields as `fill_table` names them, with what a row is about: `person.phone`.
 */
fields: Array<string>, note?: string, 
/**
 * It has been answered.
 */
closed?: boolean, };
export type AddResponseArgs = { household?: string, place?: string, patrol?: string, facility?: string, 
/**
 * Id or name of the form; of a campaign its own is taken.
 */
form: string, campaign?: string, 
/**
 * A code of `response_state`, or its label; absent: `done` where everything that has to be answered is, else `part`.
 */
state?: string, answers?: { [key in string]: string }, 
/**
 * Whose file is filled; absent: the head of the household, or the only person in it.
 */
person?: string, };
export type AddSpotArgs = { name: string, 
/**
 * Building or alley, where it stands at one.
 */
building?: string, 
/**
 * The grid whose it is (id or code), where it stands at no building; absent: the writer's own.
 */
unit?: string, 
/**
 * Where it is, degrees (WGS-84); only where somebody gave it.
 */
lng?: number, lat?: number, 
/**
 * Any further fields of the kind.
 */
edit?: { [key in string]: JsonValue }, };
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
on_behalf_of?: string, 
/**
 * Photos and recordings that go with it, written in the same command.
 */
attachments?: Array<NewAttachment>, };
export type AddVisitArgs = { 
/**
 * Exactly one of these four is visited.
 */
household?: string, place?: string, 
/**
 * A patrol point.
 */
patrol?: string, facility?: string, 
/**
 * `met absent refused moved deceased away`; of a place, a patrol point, a facility also `clear found`; or the label.
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
facts?: { [key in string]: { [key in string]: JsonValue } }, 
/**
 * Photos and recordings that go with it, written in the same command.
 */
attachments?: Array<NewAttachment>, 
/**
 * Questionnaires that were asked; what they fill is written in the same command too.
 */
responses?: Array<ResponseArgs>, };
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
export type AnswerClass = "register" | "private";
export type AnswerPerson = { id: string, name: string, };
export type AnswerView = { question: string, label: string, label_en: string, text: string, text_en: string, private: boolean, 
/**
 * Two people answered differently.
 */
conflict: boolean, };
export type AnswersChecked = { 
/**
 * The version that was asked.
 */
id: string, 
/**
 * The answers as they go on with this version.
 */
answers: { [key in string]: string }, 
/**
 * Answers that have no question any more.
 */
aside: Array<Aside>, 
/**
 * Questions that are asked now, in order, words to be read included.
 */
asked: Array<string>, wrong: Array<WrongAnswer>, 
/**
 * Questions that hold something and are not asked now: kept by the page, not sent.
 */
cleared: Array<string>, 
/**
 * What is sent: the answers of questions that are asked, as they are written down.
 */
sent: { [key in string]: string }, 
/**
 * Everything that has to be answered is.
 */
complete: boolean, };
export type ApplyBulkArgs = { rule: string, column?: string, items: Array<BulkPick>, 
/**
 * Of an earlier part.
 */
batch?: string, };
export type Aside = { question: string, 
/**
 * What was asked, as far as that is known.
 */
label: string, 
/**
 * What was answered, as people read it.
 */
text: string, 
/**
 * `gone`: the question is not there; `changed`: it takes another kind of answer now.
 */
why: string, };
export type Ask = { record: string, record_name: string, key: string, label: string, };
export type AskArgs = { 
/**
 * Household or person → the fields to ask for, by key.
 */
items: { [key in string]: Array<string> }, };
export type AskBackArgs = { 
/**
 * The item it is about.
 */
item: string, 
/**
 * A membership.
 */
to: string, words: string, };
export type AskChoice = { 
/**
 * A membership.
 */
id: string, name: string, role: Coded, 
/**
 * Wrote one of the values.
 */
wrote: boolean, };
export type AskedItem = { id: string, about: string, about_kind: string, key: string | null, label: string | null, household: string | null, plate: string | null, name: string | null, 
/**
 * Whom, by name.
 */
to: string, words: string, by: string, at: number, reply: string | null, replied_by: string | null, replied_at: number | null, closed: boolean, };
export type AskedList = { items: Array<AskedItem>, };
export type AttachmentData = { 
/**
 * As [`AttachmentItem`] says it.
 */
state: string, mime: string, 
/**
 * base64
 */
data?: string, };
export type AttachmentItem = { id: string, of: string, of_kind: string, step?: string, 
/**
 * `photo` or `audio`.
 */
media: string, stage?: Coded, mime: string, bytes: number, width?: number, height?: number, millis?: number, wave?: string, words?: string, at: number, by: string, mine: boolean, 
/**
 * The record itself has no verdict yet.
 */
pending: boolean, 
/**
 * `queued` only here, waits; `sending` part of it is there; `sent` the server has it; `remote` not here, can be fetched; `waiting` not
 * here, its author has not sent it yet; `refused` the server does not take it.
 */
state: string, 
/**
 * Bytes of it that the server has taken.
 */
sent: number, };
export type AttachmentList = { items: Array<AttachmentItem>, };
export type AwayArgs = { household: string, 
/**
 * Who is away; absent: everybody who lives there.
 */
people?: Array<string>, 
/**
 * The last day of it, `YYYY-MM-DD`; absent: they are back.
 */
until?: string, };
export type BaseMap = { name: string, bytes: number, 
/**
 * How its tiles are drawn.
 */
datum: Datum, min_zoom: number, max_zoom: number, 
/**
 * In its own datum, where it says so.
 */
bounds: MapBounds | null, 
/**
 * Whose map it is, in the words of the file.
 */
attribution: string | null, };
export type BaseMapReply = { map: BaseMap | null, };
export type BatchArgs = { batch: string, };
export type BringAlongArgs = { 
/**
 * The person at the old door.
 */
old: string, key: string, 
/**
 * `take` it along, or `leave` it there.
 */
decision: string, };
export type BulkArgs = { 
/**
 * `phone_newer door_over_roster same_writing held_fill held_drop`.
 */
rule: string, 
/**
 * Of `held_drop`.
 */
column?: string, unit?: string, q?: string, 
/**
 * Only these.
 */
ids?: Array<string>, };
export type BulkDone = { batch: string, done: number, left_out: Array<BulkLeft>, };
export type BulkItem = { id: string, plate: string | null, name: string | null, label: string | null, 
/**
 * The values as they stand.
 */
from: Array<string>, to: string, 
/**
 * What was seen; an item that says something else since is left out.
 */
seen: string, };
export type BulkLeft = { id: string, plate: string | null, name: string | null, label: string | null, why: Coded, };
export type BulkPick = { id: string, seen: string, };
export type BulkPreview = { items: Array<BulkItem>, left_out: Array<BulkLeft>, 
/**
 * Columns with held cells, for `held_drop`.
 */
columns: Array<string>, };
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
export type CampaignDoor = { household: HouseholdItem, state: string, at: number | null, 
/**
 * Two people answered differently.
 */
conflict: boolean, };
export type CampaignDoors = { campaign: CampaignItem, items: Array<CampaignDoor>, total: number, };
export type CampaignDoorsArgs = { campaign: string, 
/**
 * `todo` or a code of `response_state`.
 */
state?: string, limit?: number, offset?: number, };
export type CampaignFilter = { 
/**
 * Any of these tiers.
 */
tiers?: Array<string>, 
/**
 * Any of these tags, of the household or of somebody in it.
 */
tags?: Array<string>, rented?: boolean, vacant?: boolean, hub?: boolean, 
/**
 * Somebody of at least this age …
 */
age_from?: number, 
/**
 * … and at most this one.
 */
age_to?: number, 
/**
 * One of what is named is enough; else all of it.
 */
any?: boolean, };
export type CampaignItem = { id: string, title: string, words: string | null, 
/**
 * Id and words of what is asked.
 */
form: Coded, unit: string, unit_name: string, filter: CampaignFilter, 
/**
 * `YYYY-MM-DD`.
 */
from: string, due: string, 
/**
 * Days until it is due, negative when over.
 */
days: number, closed: boolean, 
/**
 * It runs today: doors are asked.
 */
runs: boolean, doors: number, 
/**
 * Doors per state: `todo` and the codes of `response_state`.
 */
counts: { [key in string]: number }, pending: boolean, };
export type CampaignList = { items: Array<CampaignItem>, 
/**
 * This person makes and closes campaigns.
 */
may_edit: boolean, };
export type CampaignPreview = { 
/**
 * Doors that the filter takes.
 */
doors: number, 
/**
 * Doors of the unit.
 */
of: number, };
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
export type Cases = { opened: number, closed: number, 
/**
 * Open at the end of the span.
 */
open: number, 
/**
 * Of those, past their day.
 */
over: number, 
/**
 * Deadlines met in the span.
 */
in_time: number, 
/**
 * Deadlines missed in the span: met late, or run out.
 */
late: number, };
export type CasesRow = { 
/**
 * The matter by its code, the category or department by its name, the unit by its id.
 */
of: Coded, 
/**
 * Of a matter: its category.
 */
under: string | null, opened: number, closed: number, 
/**
 * Open at the end of the span.
 */
open: number, 
/**
 * Of those, past their day.
 */
over: number, 
/**
 * Deadlines met in the span.
 */
in_time: number, 
/**
 * Deadlines missed in the span: met late, or run out.
 */
late: number, };
export type ChangePinArgs = { old: string, 
/**
 * Six digits.
 */
new: string, };
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
export type CheckAnswersArgs = { 
/**
 * Id or name of the form.
 */
form?: string, 
/**
 * A form that is only looked at.
 */
draft?: Form, answers: { [key in string]: string }, 
/**
 * The version that the answers were begun with, where that is another one.
 */
begun_with?: string, };
export type CheckRequestArgs = { title: string, asker: string, frequency?: string, asked_on?: string, fields: Array<string>, 
/**
 * A request that is not compared: itself.
 */
except?: string, };
export type CheckTeamsArgs = { 
/**
 * Only at this unit or beneath it: id or code.
 */
unit?: string, };
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
export type CopiedRows = { 
/**
 * Cells between tabs, rows between line breaks.
 */
text: string, rows: number, };
export type CopyLedgerArgs = { kind: string, 
/**
 * Its columns are those that are copied.
 */
view?: View, 
/**
 * The first row, and how many; at most 20,000.
 */
offset: number, rows: number, 
/**
 * Absent: yes, as in an export.
 */
masked?: boolean, 
/**
 * Why it is not masked; kept in the log. The office alone.
 */
reason?: string, };
export type CountRow = { of: Coded, count: number, };
export type Datum = "wgs84" | "gcj02";
export type DeathArgs = { 
/**
 * The person.
 */
id: string, 
/**
 * `YYYY-MM-DD`; absent: today.
 */
on?: string, 
/**
 * In words, beside 去世.
 */
note?: string, 
/**
 * Who is the head of the household now.
 */
head?: string, };
export type DecideHeldArgs = { id: string, 
/**
 * `take` the cell, `keep` what is there, or `edit` with a value.
 */
decision: string, value?: JsonValue, };
export type DecideItemArgs = { id: string, 
/**
 * `settle` a fork on `value`; `take`, `keep`, `edit` a held cell; `take`, `leave` what was left; `fix`, `leave` a contradiction; `close` a question;
 * `merge` two that look alike (`value` is a [`MergeRecordsArgs`](super::MergeRecordsArgs)), or `different`.
 */
decision: string, value: unknown, 
/**
 * `value` is null: clear the field.
 */
clear: boolean, 
/**
 * The conflict as it was shown; a value that came since stays.
 */
conflict?: string, 
/**
 * Why, in words: stands in the history.
 */
words?: string, };
export type DecideMentionArgs = { 
/**
 * As `list_erasures` names it.
 */
id: string, 
/**
 * `erase` these fields with all their history, or `keep`: it is somebody else.
 */
decision: string, };
export type Decided = { 
/**
 * Names the decision for `undo_decision`; absent when nothing had to be written, or when it cannot be taken back here.
 */
decision: number | null, };
export type DecisionArgs = { decision: number, };
export type DecisionItem = { id: number, item: string, kind: string, plate: string | null, text: string, at: number, batch: string | null, undone: boolean, };
export type DecisionList = { items: Array<DecisionItem>, };
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
held: Array<DeviceHolds>, 
/**
 * Id and name of the machine, where it is an account on a shared one.
 */
node: UnitName | null, 
/**
 * Version of the app at its last contact.
 */
app: string | null, 
/**
 * That is older than this computer's own: to be updated.
 */
outdated: boolean, };
export type DeviceList = { items: Array<DeviceItem>, 
/**
 * Of the last thirty days, newest first.
 */
alarms: Array<DeviceAlarm>, 
/**
 * People with their roles and phone numbers, from memberships.
 */
people: Array<MemberItem>, };
export type DeviceSheet = { device: string, name: string, 
/**
 * Name of the shared machine that it is an account of.
 */
machine: string | null, role: Coded, state: string, reason: Coded | null, seen_at: number | null, revoked_at: number | null, wiped_at: number | null, lease_until: number | null, 
/**
 * What it had not handed over at its last contact.
 */
unsent: number, 
/**
 * From the widest class to the narrowest, only those that it was given.
 */
lines: Array<DeviceSheetLine>, };
export type DeviceSheetArgs = { device: string, };
export type DeviceSheetLine = { class: Coded, 
/**
 * Units whose records of this class it was given.
 */
units: Array<string>, 
/**
 * Records, counted in what this device holds of the same.
 */
records: number, 
/**
 * Of them residents.
 */
people: number, 
/**
 * Kinds of facts about residents in this class.
 */
fields: Array<string>, 
/**
 * Is it what the law calls sensitive?
 */
sensitive: boolean, };
export type DiscardArgs = { 
/**
 * `device_seq` of the refused command.
 */
seq: number, };
export type DoorLine = { household: string, plate: string, unit_no: string, door: string, head_name: string | null, people: number, 
/**
 * Agreed to be shown at the door.
 */
phone: string | null, 
/**
 * Who needs help: ordinary tags that say so.
 */
help: Array<string>, 
/**
 * Care tags of the household and its people; only with a reason.
 */
care: Array<string>, is_vacant: boolean, };
export type DoorList = { building: string, name: string, estate: string | null, grid: string | null, made_at: number, made_by: string, people: number, doors: Array<DoorLine>, 
/**
 * Care tags are shown.
 */
has_care: boolean, 
/**
 * This person may ask for them.
 */
may_care: boolean, file: MadeFile | null, };
export type DoorListArgs = { building: string, 
/**
 * Why care tags are shown; written to the log. Absent: they are not.
 */
reason?: string, 
/**
 * A workbook too: `true` as base64 …
 */
xlsx?: boolean, 
/**
 * … or where to write it.
 */
out?: string, };
export type DoorRef = { household: string, plate: string, head_name: string | null, };
export type Doors = { 
/**
 * Doors behind which somebody lives.
 */
doors: number, vacant: number, reached: number, 
/**
 * Tried and not reached.
 */
tried: number, due: number, over: number, };
export type DoorsRow = { 
/**
 * The unit by its id, or the tier.
 */
of: Coded, 
/**
 * Doors behind which somebody lives.
 */
doors: number, vacant: number, reached: number, 
/**
 * Tried and not reached.
 */
tried: number, due: number, over: number, };
export type DraftItem = { key: string, body: string, 
/**
 * When it was last written, unix ms.
 */
at: number, };
export type DraftList = { items: Array<DraftItem>, };
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
days: number, 
/**
 * Everybody there is away up to this day.
 */
away_until: string | null, };
export type DueForm = { 
/**
 * The version.
 */
id: string, 
/**
 * Without what this person may not write.
 */
form: Form, 
/**
 * `tier`, `campaign`, `checklist`.
 */
why: string, campaign: string | null, campaign_title: string | null, 
/**
 * `YYYY-MM-DD`.
 */
campaign_due: string | null, 
/**
 * How far it came here: a code of `response_state`.
 */
state: Coded | null, 
/**
 * Known already: what its questions fill, and what was answered to this campaign.
 */
answers: { [key in string]: string }, 
/**
 * What was answered the time before.
 */
last: { [key in string]: string }, last_at: number | null, 
/**
 * Whose file is filled, where a question fills one of a person.
 */
person: AnswerPerson | null, people: Array<AnswerPerson>, };
export type DueList = { over: Array<HouseholdItem>, today: Array<HouseholdItem>, soon: Array<HouseholdItem>, 
/**
 * Visited today.
 */
done: number, 
/**
 * Patrol points that are due, overdue first; `due.state` says how.
 */
patrols: Array<PatrolItem>, 
/**
 * Patrol points looked at today.
 */
patrols_done: number, 
/**
 * Cases with me.
 */
cases: number, };
export type Duplicate = { 
/**
 * Of the pair, the same on every device.
 */
id: string, kind: string, points: number, 
/**
 * The identity number is the same, or the door and who lives there: nothing was guessed.
 */
exact: boolean, reasons: Array<DuplicateReason>, a: DuplicateSide, b: DuplicateSide, 
/**
 * They stand in two grids.
 */
across: boolean, judged: PairVerdict | null, };
export type DuplicateList = { items: Array<Duplicate>, total: number, };
export type DuplicateReason = { why: Why, zh: string, points: number, };
export type DuplicateSide = { id: string, 
/**
 * The household, of a person too.
 */
household: string, plate: string, 
/**
 * The grid it stands in.
 */
grid: string, name: string, birth_year: number | null, phone: string | null, id_number_masked: string | null, tags: Array<string>, 
/**
 * Names of who lives there.
 */
people: Array<string>, 
/**
 * Last visit, unix ms.
 */
visited_at: number | null, 
/**
 * Who made the record, and when it was received, unix ms.
 */
by: string, at: number | null, };
export type EditArgs = { id: string, edit: Record<string, unknown>, 
/**
 * Per key the operations that the form showed (`ops` of the record). Absent: read now.
 */
seen?: { [key in string]: Array<string> }, };
export type EditAttachmentArgs = { id: string, edit: Record<string, unknown>, };
export type EditCampaignArgs = { id: string, title?: string, words?: string, due?: string, filter?: CampaignFilter, };
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
export type ExportLedgerArgs = { kind: string, view?: View, 
/**
 * `xlsx` (as when absent), `csv`, `geojson`.
 */
format?: string, 
/**
 * Absent: yes. Numbers, telephones and what is private are masked, and the file says who made it.
 */
masked?: boolean, 
/**
 * Why it is not masked; kept in the log.
 */
reason?: string, 
/**
 * Only these rows.
 */
ids?: Array<string>, 
/**
 * Where to write it (command line, shell); then it runs to its end at once. Absent: returned as base64 by the job.
 */
out?: string, };
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
export type FacilityItem = { id: string, name: string, kind: Coded | null, building: string | null, building_name: string | null, address: string | null, lng: number | null, lat: number | null, 
/**
 * Condition as last set.
 */
state: Coded | null, count: number | null, note: string | null, 
/**
 * Last check, unix ms.
 */
visited_at: number | null, ops: { [key in string]: Array<string> }, pending: boolean, };
export type FacilityList = { items: Array<FacilityItem>, };
export type FactSide = { text: string, by: string, 
/**
 * Unix ms, as claimed.
 */
at: number, 
/**
 * What else is known of it.
 */
note: string | null, };
export type FactView = { rule: Coded, sides: Array<FactSide>, 
/**
 * What putting it right does.
 */
fix: Coded, };
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
export type FieldBefore = { id: string, value: unknown, };
export type FieldInfo = { key: string, zh: string, en: string, class: string, kind: string, code_table: string | null, purpose: string, basis: string, };
export type FieldKind = "text" | "long" | "date" | "int" | "money" | "phone" | "choice" | "case";
export type FieldSet = { 
/**
 * Records that changed, or would.
 */
changed: number, 
/**
 * Records that had the value already.
 */
same: number, 
/**
 * Records left alone: gone, moved away, or changed by somebody since.
 */
left: number, before: Array<FieldBefore>, };
export type FieldView = { field: Coded, en: string, 
/**
 * As people read it.
 */
text: string, };
export type FigureGroup = { 
/**
 * `doors opened clocks closed ratings`
 */
name: string, rows: Array<FigureRow>, sum: number | null, };
export type FigureRow = { of: Coded, figure: number | null, };
export type FillArgs = { file?: string, data?: string, filter?: FillFilter, 
/**
 * Where to write the filled table (command line, shell); absent: returned as base64.
 */
out?: string, 
/**
 * Reason for whole ID numbers; without one they are masked.
 */
reason?: string, 
/**
 * How single sheets are filled; the others as the templates or their words say.
 */
sheets?: Array<FillSheetArgs>, 
/**
 * The table is handed out, not only looked at: the log of exports gets its line first. With `out` it always is.
 */
save?: boolean, };
export type FillColumn = { 
/**
 * Header as it stands, parts of a two-row header joined by `/`.
 */
header: string, 
/**
 * Field that fills it; null when unknown.
 */
field: string | null, label: string | null, 
/**
 * Its place in the sheet, 0-based.
 */
at: number, 
/**
 * It computes itself.
 */
formula: boolean, };
export type FillFilter = { unit?: string, 
/**
 * Age in whole years today, inclusive.
 */
age_from?: number, age_to?: number, tag?: string, political?: string, sex?: string, 
/**
 * Of cases: `open`, `closed`.
 */
state?: string, 
/**
 * Of cases: opened on this day or later, up to this day.
 */
since?: string, until?: string, };
export type FillGap = { sheet: string, row: number, record: string, household: string, plate: string, name: string, key: string, label: string, };
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
data: string | null, name: string, 
/**
 * Each sheet that was filled; what stands above is of the first one.
 */
sheets: Array<FilledSheet>, };
export type FillSheetArgs = { sheet: string, 
/**
 * Leave the sheet as it is.
 */
skip?: boolean, per?: string, header?: HeaderRows, 
/**
 * Column → field; an empty field is left empty. What is not named here is as the template or the words say.
 */
columns?: { [key in string]: string }, 
/**
 * Instead of the filter for the whole workbook.
 */
filter?: FillFilter, };
export type FilledSheet = { sheet: string, title: string, per: string, rows: number, first_row: number, columns: Array<FillColumn>, heads: Array<SheetHead>, unknown_headers: Array<string>, gaps: Array<FillGap>, 
/**
 * The filled rows as text, at most 50.
 */
preview: Array<Array<string>>, template: string | null, };
export type Filter = { column: string, op: Op, values?: Array<string>, };
export type Form = { 
/**
 * Small letters, digits and `_`.
 */
name: string, zh: string, en: string, 
/**
 * One sentence: what it is for.
 */
about: string, about_en: string, for: FormTarget, 
/**
 * Asked of households of this tier: `red yellow green general`. None: only where a campaign or a patrol point names it.
 */
tier?: string, 
/**
 * Asked again after so many days; none: the period of the tier, elsewhere every time.
 */
every_days?: number, 
/**
 * Kinds of places or facilities that it is for; empty: all.
 */
kinds: Array<string>, 
/**
 * A campaign may ask it: at most ten questions.
 */
campaign: boolean, questions: Array<Question>, };
export type FormArgs = { form: Form, };
export type FormChecked = { problems: Array<Problem>, };
export type FormItem = { 
/**
 * Name and hash of its words: what an answer keeps.
 */
id: string, form: Form, 
/**
 * It comes with the product; else a deployment wrote it.
 */
built_in: boolean, 
/**
 * It is asked; else only what was answered shows it.
 */
current: boolean, 
/**
 * Answers to any version of it, held here.
 */
answered: number, by: string | null, at: number | null, pending: boolean, };
export type FormList = { items: Array<FormItem>, 
/**
 * Settings that cannot be used, with what is wrong.
 */
unreadable: Array<Problem>, may_edit: boolean, };
export type FormTarget = "household" | "place" | "patrol" | "facility";
export type GetAttachmentArgs = { id: string, 
/**
 * `thumb` or `full`. A recording has no thumb.
 */
size: string, };
export type GetMapArgs = { 
/**
 * Only what lies beneath this unit: id or code.
 */
unit?: string, 
/**
 * How the positions of the reply are meant; `wgs84` where nothing is said.
 */
datum?: Datum, };
export type GetStatsArgs = { 
/**
 * A unit; everything held here without it.
 */
unit?: string, 
/**
 * First day, `2026-11-01`; the first of this month without it.
 */
from?: string, 
/**
 * Last day, counted; today without it.
 */
until?: string, };
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
export type Guess = { 
/**
 * `door`, `building`, `person`, `phone`, `matter`.
 */
kind: string, 
/**
 * Household, building, person, the number, the code of the matter.
 */
value: string, 
/**
 * As people read it.
 */
text: string, 
/**
 * The words it came from.
 */
from: string, };
export type HandOverArgs = { 
/**
 * The membership that ends.
 */
id: string, person?: string, name?: string, 
/**
 * First day of whoever follows.
 */
from: string, };
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
export type HeaderRows = { first: number, last: number, };
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
how: string, op: string, 
/**
 * Why it was decided so, where words were given.
 */
words: string | null, };
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
hub: HubView | null, 
/**
 * This household is a hub family itself.
 */
own_hub: HubItem | null, 
/**
 * Other families at the same door.
 */
same_door: Array<SameDoor>, 
/**
 * Needs and wishes, open ones first.
 */
listings: Array<ListingItem>, 
/**
 * Households that went into this one.
 */
merged: Array<MergedIn>, 
/**
 * Another id was asked for, of a file that went into this one.
 */
asked_for: string | null, 
/**
 * It was merged into a household that this device does not hold.
 */
merged_away: boolean, 
/**
 * What was written about this household or its people in files that went into these, by somebody who did not know of it.
 */
late: Array<LeftBehindItem>, };
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
export type HubItem = { id: string, household: string, plate: string, name: string, lead: string | null, lead_name: string | null, lead_phone: string | null, 
/**
 * In walking order; what is not held here is only counted.
 */
covers: Array<DoorRef>, 
/**
 * Covered households that this device does not hold.
 */
elsewhere: number, pending: boolean, };
export type HubList = { items: Array<HubItem>, };
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
estate?: string, 
/**
 * Column → field, `ext` to keep it beside, empty to leave it out; what is not named is told by its words.
 */
columns?: { [key in string]: string }, 
/**
 * By sheet, where the header was not found.
 */
headers?: { [key in string]: HeaderRows }, 
/**
 * By the row where a household begins.
 */
decisions?: Array<RowDecision>, dry_run?: boolean, };
export type ImportCandidate = { record: string, 
/**
 * Doorplate and head, or name and address.
 */
words: string, 
/**
 * Why: `id_number`, `name_phone`, `name_birth`, `door`, `name`.
 */
reasons: Array<string>, };
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
export type ImportItem = { batch: string, 
/**
 * `household building place facility case visit`
 */
kind: Coded, file: string, at: number, by: string, unit_name: string, 
/**
 * What it made and what of it stands now.
 */
made: number, standing: number, people: number, 
/**
 * Cells it filled on records that were there, and buildings it made.
 */
cells: number, buildings: number, undone_at: number | null, undone_by: string | null, 
/**
 * Taken back, and written to since by somebody who did not know: to be looked at.
 */
late: number, };
export type ImportKept = { record: string, kind: string, 
/**
 * Doorplate and name.
 */
words: string, 
/**
 * `visited`, `edited`, `case`, `named` (something else names it), `late` (written to after the undo); of cells that the import filled `written` (by somebody since),
 * `merged`; of a building `used`, `edited`.
 */
reason: string, household: string | null, 
/**
 * The cells that stay, by their labels; empty: the record as a whole.
 */
fields: Array<string>, };
export type ImportList = { 
/**
 * Newest first.
 */
items: Array<ImportItem>, };
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
 * `new`, `known`, `differs`, `left` (a person left it out).
 */
state: string, tags: Array<string>, 
/**
 * Sheet of the row; empty for a text file.
 */
sheet: string, 
/**
 * Households here that it may be, with reasons; the first one is what it is taken for unless it is new.
 */
candidates: Array<ImportCandidate>, };
export type ImportReport = { file: string, dry_run: boolean, households: number, persons: number, 
/**
 * New records written (households and people).
 */
added: number, buildings: number, held: number, errors: Array<ImportFinding>, warnings: Array<ImportFinding>, duplicates: Array<ImportDuplicate>, 
/**
 * Households as they would be read, at most 5,000.
 */
preview: Array<ImportPreview>, 
/**
 * Under which the new records stand; none of a dry run.
 */
batch: string | null, 
/**
 * Households that a person left out.
 */
left: number, took_ms: number, };
export type ImportShapesArgs = { 
/**
 * Path of a GeoJSON file on this machine (command line, shell) …
 */
file?: string, 
/**
 * … or its bytes in base64.
 */
data?: string, 
/**
 * How its positions are meant; `wgs84` where nothing is said, as RFC 7946 has it.
 */
datum?: Datum, 
/**
 * Only say what would be done.
 */
dry_run?: boolean, };
export type ImportTableArgs = { file?: string, data?: string, name?: string, 
/**
 * `building place facility case visit`; households come in by `import_roster`.
 */
kind: string, 
/**
 * Grid that it belongs to: id or code.
 */
grid: string, 
/**
 * The sheet; the first of this kind where nothing is said.
 */
sheet?: string, header?: HeaderRows, 
/**
 * Column → field, `ext` to keep it beside, empty to leave it out.
 */
columns?: { [key in string]: string }, decisions?: Array<RowDecision>, dry_run?: boolean, };
export type ImportTableReport = { file: string, kind: string, dry_run: boolean, batch: string | null, added: number, known: number, fills: number, left: number, bad: number, rows: Array<ImportTableRow>, 
/**
 * Rows that are no data: totals, remarks.
 */
skipped: Array<number>, took_ms: number, };
export type ImportTableRow = { row: number, name: string, 
/**
 * Where it is.
 */
place: string, 
/**
 * `new`, `known`, `fills` (empty fields of one that is here), `left`, `bad`.
 */
verdict: string, 
/**
 * The record it becomes or is.
 */
record: string | null, candidates: Array<ImportCandidate>, findings: Array<ImportFinding>, };
export type ImportXlsformArgs = { 
/**
 * Path of the file on this machine (command line, shell) …
 */
file?: string, 
/**
 * … or its bytes in base64 with a name (browser).
 */
data?: string, name?: string, };
export type InboxCount = { kind: string, count: number, };
export type InboxDetail = { item: InboxItem, conflict: Conflict | null, held: HeldItem | null, refused: RefusedItem | null, device: DeviceItem | null, erasure: ErasureItem | null, left: LeftBehindItem | null, case: CaseItem | null, fact: FactView | null, same: Duplicate | null, 
/**
 * Questions about this record, newest first.
 */
asked: Array<AskedItem>, may_ask: Array<AskChoice>, 
/**
 * Its place in the whole list, from one.
 */
place: number, };
export type InboxItem = { id: string, 
/**
 * As in `ListInboxArgs`.
 */
kind: string, why: Coded, 
/**
 * How long a practised person takes; the list begins with the easiest.
 */
seconds: number, 
/**
 * Since when, unix ms.
 */
at: number, who: Array<string>, record: string | null, record_kind: string | null, household: string | null, plate: string | null, 
/**
 * Person or thing by name.
 */
name: string | null, key: string | null, label: string | null, 
/**
 * Door of the other side, of two that look alike; `label` is its name.
 */
other: string | null, 
/**
 * Values of a fork, steps of a case, places of a mention, points of two that look alike.
 */
count: number, 
/**
 * File of an import, title of a case, command that was refused, codes of the reasons why two look alike.
 */
words: string | null, 
/**
 * Somebody was asked about it and has not answered.
 */
asked: boolean, 
/**
 * Somebody was asked about it and has answered.
 */
answered: boolean, };
export type InboxList = { items: Array<InboxItem>, 
/**
 * That fit what was asked.
 */
total: number, 
/**
 * Seconds for all of those.
 */
seconds: number, 
/**
 * Of every kind, whatever was asked.
 */
counts: Array<InboxCount>, 
/**
 * Open in all.
 */
open: number, 
/**
 * Duplicates are still being looked for: there may be more.
 */
looking: boolean, 
/**
 * The last of these items, when there are more.
 */
after: string | null, };
export type InviteArgs = { role: string, 
/**
 * Unit id or code.
 */
unit: string, 
/**
 * The person's name.
 */
name: string, };
export type InviteItem = { id: string, name: string, role: Coded, unit_name: string, made_at: number, expires_at: number, 
/**
 * `open`, `used`, `expired`, `taken_back`.
 */
state: string, 
/**
 * When it was used or taken back.
 */
at: number | null, };
export type InviteList = { items: Array<InviteItem>, };
export type Invited = { 
/**
 * `gridwalk:1?u=…&t=…&k=…&e=…`.
 */
invite: string, expires_at: number, };
export type JobView = { id: string, 
/**
 * The command that began it.
 */
what: string, 
/**
 * `running done failed cancelled`.
 */
state: string, done: number, total: number, 
/**
 * What it made, by the command that began it; null while it runs.
 */
result: unknown, failure: Failure | null, };
export type JsonValue = number | string | boolean | Array<JsonValue> | { [key in string]: JsonValue } | null;
export type JudgePairArgs = { kind: string, a: string, b: string, 
/**
 * `different` or `later`; absent: what was said is taken back.
 */
verdict?: string, note?: string, };
export type KeepDraftArgs = { 
/**
 * Which form, e.g. `visit <household>`.
 */
key: string, 
/**
 * The form as JSON; absent: saved or set aside, the draft goes.
 */
body?: string, };
export type Label = { name: string, zh: string, en: string, };
export type LedgerColumn = { key: string, zh: string, en: string, 
/**
 * `text int bool date time code tags plate`.
 */
ty: string, code_table: string | null, 
/**
 * Class of the field behind it; `null`: it is joined or counted.
 */
class: string | null, 
/**
 * It may be edited where it stands.
 */
editable: boolean, 
/**
 * It may be filtered by, sorted by, grouped by. What names who did the work never is: nothing counts per person.
 */
may_filter: boolean, may_sort: boolean, may_group: boolean, 
/**
 * What a masked export or copy leaves of it: `phone` and `id` their ends, `all` nothing; null: it is not masked.
 */
mask: string | null, 
/**
 * Width in characters of ASCII.
 */
width: number, 
/**
 * Shown unless a view says otherwise.
 */
shown: boolean, };
export type LedgerFact = { key: string, zh: string, en: string, ty: string, code_table: string | null, class: string | null, 
/**
 * As in a cell of the grid.
 */
value: unknown, 
/**
 * As people read it.
 */
text: string, editable: boolean, 
/**
 * Live operations, for `seen`.
 */
ops: Array<string>, };
export type LedgerGroup = { value: unknown, label: string, count: number, 
/**
 * Place of its first row in the list.
 */
from: number, };
export type LedgerInfo = { kind: Coded, columns: Array<LedgerColumn>, 
/**
 * Its rows have a position: it may be exported as GeoJSON.
 */
has_place: boolean, };
export type LedgerList = { items: Array<LedgerInfo>, 
/**
 * May this person keep views and export?
 */
is_office: boolean, };
export type LedgerPage = { 
/**
 * Rows of the view.
 */
total: number, 
/**
 * Rows of the ledger.
 */
all: number, columns: Array<string>, groups: Array<LedgerGroup>, 
/**
 * Groups beyond those listed.
 */
more_groups: number, rows: Array<LedgerRow>, };
export type LedgerRecord = { kind: Coded, id: string, title: string, facts: Array<LedgerFact>, household: string | null, 
/**
 * Not yet at the office.
 */
pending: boolean, };
export type LedgerRecordArgs = { kind: string, id: string, };
export type LedgerRow = { id: string, 
/**
 * The household whose file it opens, where it opens one.
 */
household: string | null, cells: Array<unknown>, };
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
text: string, now: string, who: string, 
/**
 * When it was written, unix ms.
 */
at: number, 
/**
 * `person` or `household`.
 */
kind: string, 
/**
 * `moved` or `merged`.
 */
why: string, };
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
export type ListDuplicatesArgs = { 
/**
 * `household` or `person`.
 */
kind: string, 
/**
 * Only what these words find, in either of the two.
 */
q?: string, 
/**
 * Those that somebody judged already, instead of those that wait.
 */
judged?: boolean, 
/**
 * Goes on after so many.
 */
after?: number, limit?: number, };
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
export type ListInboxArgs = { 
/**
 * `fork step same refused late orphan fact held device left mention question`.
 */
kind?: string, 
/**
 * A unit, by id or name: only what lies beneath it.
 */
unit?: string, 
/**
 * Doorplate, name, pinyin initials, a telephone.
 */
q?: string, 
/**
 * Continue after this item.
 */
after?: string, 
/**
 * At most this many items, 100 unless told.
 */
limit?: number, 
/**
 * As many more as are needed to reach this item.
 */
reach?: string, 
/**
 * What is known by now: a look for duplicates among thousands goes on beside, and the list is asked again when `pair` is raised.
 */
soon?: boolean, };
export type ListListingsArgs = { unit?: string, household?: string, 
/**
 * A code of `listing_kind`.
 */
kind?: string, 
/**
 * Only what is not settled.
 */
open?: boolean, limit?: number, offset?: number, };
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
export type ListProjectsArgs = { unit?: string, datum?: Datum, };
export type ListQuestionsArgs = { household?: string, place?: string, patrol?: string, facility?: string, };
export type ListRequestsArgs = { 
/**
 * Words in title or asker.
 */
words?: string, limit?: number, offset?: number, };
export type ListResponsesArgs = { household: string, };
export type ListSpotsArgs = { 
/**
 * A unit; absent: all mine.
 */
unit?: string, 
/**
 * Also those that are closed.
 */
all?: boolean, };
export type ListingItem = { id: string, kind: Coded, title: string, words: string | null, household: string | null, plate: string | null, building: string | null, person: string | null, person_name: string | null, state: Coded, outcome: string | null, is_settled: boolean, at: number, by: string, pending: boolean, };
export type ListingList = { 
/**
 * Open ones first, newest first.
 */
items: Array<ListingItem>, total: number, };
export type LocateArgs = { lng: number, lat: number, 
/**
 * How the position is meant; `wgs84` where nothing is said.
 */
datum?: Datum, 
/**
 * How it shall be shown; `wgs84` where nothing is said.
 */
shown?: Datum, };
export type Located = { 
/**
 * As it is stored: WGS-84.
 */
lng: number, lat: number, 
/**
 * The same in the datum that was asked for.
 */
shown: Position, 
/**
 * The building it lies in, else the nearest within 60 m.
 */
building: NearBuilding | null, 
/**
 * The grid whose boundary encloses it.
 */
grid: NearGrid | null, };
export type LogItem = { at: number, 
/**
 * `reveal`, `sync`, `export`, `import`, `settle`, `handover`.
 */
what: string, text: string, };
export type MadeFile = { name: string, 
/**
 * Where it was written, or …
 */
file: string | null, 
/**
 * … its bytes in base64.
 */
data: string | null, rows: number, 
/**
 * Rows of a GeoJSON that have no position and are not in it.
 */
without_place: number, };
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
export type MapBounds = { west: number, south: number, east: number, north: number, };
export type MapBuilding = { id: string, name: string, 
/**
 * `building`, `alley`, `area`.
 */
kind: Coded, number: string | null, estate: string | null, 
/**
 * Unit above it, and its name.
 */
parent: string | null, parent_name: string, shape: Array<Array<Array<[number, number]>>> | null, 
/**
 * Its point, else the middle of its shape.
 */
at: MapPoint | null, households: number, 
/**
 * Doors overdue, and due today; 0 for who holds no register.
 */
over: number, today: number, open_cases: number, hubs: number, };
export type MapCase = { id: string, title: string, state: Coded, due: Due, building: string | null, 
/**
 * Doorplate or building or words.
 */
place: string | null, at: MapPoint | null, };
export type MapGrid = { id: string, name: string, 
/**
 * `grid` or `micro_grid`.
 */
kind: Coded, shape: Array<Array<Array<[number, number]>>> | null, at: MapPoint | null, 
/**
 * What its boundary encloses, square metres.
 */
area_m2: number | null, households: number, 
/**
 * Doors overdue or due today; 0 for who holds no register.
 */
due: number, open_cases: number, };
export type MapHub = { household: string, plate: string, name: string | null, building: string | null, at: MapPoint | null, 
/**
 * Households it covers.
 */
covers: number, };
export type MapPoint = { lng: number, lat: number, 
/**
 * Its own position; false: that of its building.
 */
exact: boolean, };
export type MapReply = { datum: Datum, grids: Array<MapGrid>, buildings: Array<MapBuilding>, 
/**
 * Open ones.
 */
cases: Array<MapCase>, hubs: Array<MapHub>, facilities: Array<MapThing>, places: Array<MapThing>, patrols: Array<MapThing>, 
/**
 * Around everything that has a position; null where nothing has.
 */
bounds: MapBounds | null, };
export type MapThing = { id: string, name: string, kind: Coded | null, 
/**
 * Condition of a facility.
 */
state: Coded | null, building: string | null, 
/**
 * Where it is, in words.
 */
address: string | null, at: MapPoint | null, };
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
export type MediaList = { items: Array<AttachmentItem>, queued: number, queued_bytes: number, };
export type MemberItem = { name: string, role: Coded, unit: string, unit_name: string, phone: string | null, };
export type MembershipItem = { id: string, person: string, name: string, role: Coded, unit: string, unit_name: string, phone: string | null, 
/**
 * What they do in the team; null: what the role says.
 */
post: Coded | null, 
/**
 * Member of the party.
 */
party: boolean, 
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
export type MergeField = { key: string, label: string, 
/**
 * In words; empty: nothing is said.
 */
keep: string, drop: string, 
/**
 * What would stand there when nobody chooses.
 */
result: string, stand: Stand, 
/**
 * May a value of one's own be written? Not for what is masked.
 */
may_edit: boolean, };
export type MergePair = { keep: string, drop: string, };
export type MergePeople = { keep: DuplicateSide, drop: DuplicateSide, points: number, reasons: Array<DuplicateReason>, 
/**
 * How many fields differ, and would stay side by side.
 */
differs: number, };
export type MergePoint = { 
/**
 * A kind of record.
 */
what: string, zh: string, keep: number, drop: number, };
export type MergePreview = { kind: string, keep: DuplicateSide, drop: DuplicateSide, points: number, reasons: Array<DuplicateReason>, fields: Array<MergeField>, points_to: Array<MergePoint>, people: Array<MergePeople>, judged: PairVerdict | null, 
/**
 * May this person merge them?
 */
may: boolean, 
/**
 * What this was made from; given back with the merge, so that what came meanwhile is seen first.
 */
seen: string, };
export type MergeRecordsArgs = { kind: string, keep: string, drop: string, 
/**
 * For a field that differs: `keep`, `drop` or `both`. Not chosen: both stay, as two values.
 */
choices?: { [key in string]: string }, 
/**
 * Values of one's own.
 */
values?: { [key in string]: JsonValue }, 
/**
 * People of the two households who are one.
 */
people?: Array<MergePair>, 
/**
 * From the preview.
 */
seen?: string, };
export type MergedIn = { id: string, name: string, plate: string, 
/**
 * Who merged them, and when, unix ms.
 */
by: string, at: number, 
/**
 * Not sent yet.
 */
pending: boolean, };
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
export type NearBuilding = { id: string, name: string, 
/**
 * 0 inside its shape.
 */
metres: number, };
export type NearCase = { case: CaseItem, 
/**
 * `building`, or metres away.
 */
same_building: boolean, metres: number | null, };
export type NearGrid = { id: string, name: string, };
export type NearList = { items: Array<NearCase>, };
export type NewAttachment = { token: string, 
/**
 * `found before after`, or the label.
 */
stage?: string, words?: string, };
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
export type NodeAccount = { id: string, name: string, role: Coded | null, 
/**
 * The office ended it: it holds nothing any more and can be taken off the list.
 */
wiped: boolean, };
export type NodeWho = { 
/**
 * Name of the machine.
 */
name: string, 
/**
 * Account of this session; null: nobody signed in here.
 */
account: string | null, accounts: Array<NodeAccount>, 
/**
 * No further account may be added.
 */
full: boolean, };
export type NoticeItem = { id: string, 
/**
 * `assigned` a case was given to me, `step` somebody acted in a case I reported or worked on, `case` a new one in my area,
 * `answered` the office did something about what was refused of mine, `question` the office asks, `campaign` a new one.
 */
kind: string, 
/**
 * The title of what it is about, as people wrote it.
 */
title: string, 
/**
 * What was done, with the words of the workflow.
 */
step: Coded | null, 
/**
 * What was said with it.
 */
text: string | null, by: string | null, 
/**
 * Doorplate or words.
 */
place: string | null, 
/**
 * Unix ms, by the server's receipt.
 */
at: number, case: string | null, household: string | null, campaign: string | null, seen: boolean, };
export type NoticeList = { items: Array<NoticeItem>, unseen: number, };
export type OfArgs = { 
/**
 * What they belong to.
 */
of: string, };
export type Op = "is" | "not" | "has" | "empty" | "filled" | "at_most" | "at_least";
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
export type PairVerdict = { 
/**
 * `different` or `later`.
 */
verdict: string, note: string | null, by: string, at: number, };
export type PasteArgs = { text: string, };
export type PasteRead = { 
/**
 * The best of a kind first.
 */
guesses: Array<Guess>, 
/**
 * A line for a title.
 */
title: string, 
/**
 * The words without what the chat put around them.
 */
words: string, };
export type PatrolItem = { id: string, name: string, 
/**
 * Name of the round it belongs to.
 */
round: string | null, order: number | null, building: string | null, building_name: string | null, 
/**
 * The place or the facility that is looked at, where it is one, and its name.
 */
place: string | null, facility: string | null, spot_name: string | null, address: string | null, lng: number | null, lat: number | null, every_days: number | null, 
/**
 * Name of its checklist.
 */
form: string | null, closed: boolean, 
/**
 * Nothing is overdue that was never looked at.
 */
due: Due, 
/**
 * Last check, unix ms, and what came of it.
 */
visited_at: number | null, outcome: Coded | null, ops: { [key in string]: Array<string> }, pending: boolean, };
export type PatrolList = { 
/**
 * By round and order.
 */
items: Array<PatrolItem>, };
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
 * The record ends with a death.
 */
is_dead: boolean, 
/**
 * Somebody wrote that they met this person after the record ended: unix ms of it. Two facts that do not fit; a person looks at them.
 */
met_after: number | null, 
/**
 * Away up to this day, while that is to come.
 */
away_until: string | null, 
/**
 * Where they live now, where that is known here.
 */
moved: Moved | null, 
/**
 * Records of the same person that went into this one.
 */
merged: Array<MergedIn>, ops: { [key in string]: Array<string> }, pending: boolean, };
export type Phase = "open" | "closed" | "aside";
export type PlaceItem = { id: string, name: string, kind: Coded | null, building: string | null, building_name: string | null, address: string | null, lng: number | null, lat: number | null, contact: string | null, phone: string | null, note: string | null, closed: boolean, 
/**
 * Last visit, unix ms.
 */
visited_at: number | null, 
/**
 * Per key the live operations, to be handed back as `seen` by an edit.
 */
ops: { [key in string]: Array<string> }, pending: boolean, };
export type PlaceList = { items: Array<PlaceItem>, };
export type PlaceUnitArgs = { 
/**
 * Id or code.
 */
unit: string, 
/**
 * The two go together; absent leaves the position as it is.
 */
lng?: number, lat?: number, 
/**
 * GeoJSON `Polygon` or `MultiPolygon`; absent leaves the boundary as it is.
 */
shape?: object, 
/**
 * What to take away: `position`, `shape`.
 */
clear?: Array<string>, 
/**
 * How the positions are meant; `wgs84` where nothing is said.
 */
datum?: Datum, };
export type PlanApplied = { answer: ServerAnswer, steps: Array<string>, 
/**
 * The plan that draws everything back. A grid that was closed comes back as a new one of the same name; terms that ended with it do not.
 */
undo: Array<PlanChange>, };
export type PlanChange = { "do": "make", key: string, name: string, 
/**
 * `grid` or `micro_grid`; absent: `grid`.
 */
level?: string, code?: string, 
/**
 * Absent: the unit the plan is for.
 */
parent?: string, 
/**
 * GeoJSON `Polygon` or `MultiPolygon`.
 */
shape?: object, units: Array<string>, } | { "do": "split", grid: string, key: string, name: string, 
/**
 * `[longitude, latitude]` from one side of the boundary to the other; empty: only the units that are named go.
 */
line: Array<[number, number]>, units?: Array<string>, } | { "do": "merge", grids: Array<string>, into: string, } | { "do": "attach", units: Array<string>, grid: string, follow?: boolean, } | { "do": "micro", micro: string, into?: string, } | { "do": "shape", grid: string, shape: object | null, gather: boolean, } | { "do": "close", grid: string, into: string, };
export type PlanCheck = { code: string, 
/**
 * The other grid.
 */
grid: string | null, name: string | null, m2: number | null, 
/**
 * Of the grid's own area.
 */
permille: number | null, n: number | null, 
/**
 * At most 50.
 */
units: Array<UnitName>, };
export type PlanGrid = { 
/**
 * Its id; of one that the plan makes, its key.
 */
key: string, name: string, kind: Coded, parent: string, is_new: boolean, is_closed: boolean, is_changed: boolean, shape: Array<Array<Array<[number, number]>>> | null, at: MapPoint | null, area_m2: number | null, 
/**
 * Leaves beneath it: buildings, alleys, areas.
 */
buildings: Array<string>, households: number, households_before: number, people: number, 
/**
 * People with the tag 党员 whose home is here, and how many of a thousand people that is (党员集聚度).
 */
party: number, party_permille: number, 
/**
 * Hub families.
 */
hubs: number, 
/**
 * 服务半径: straight metres from the nearest venue of the grid, else from its middle, to the farthest building with doors.
 */
radius_m: number | null, 
/**
 * It was measured from a venue.
 */
from_venue: boolean, checks: Array<PlanCheck>, };
export type PlanGridsArgs = { changes: Array<PlanChange>, 
/**
 * The unit whose grids are redrawn, by id or code; absent: the community.
 */
unit?: string, 
/**
 * How positions are meant, here and in the reply; `wgs84` where nothing is said.
 */
datum?: Datum, };
export type PlanProblem = { 
/**
 * Its place among the changes, counted from 0; for the plan as a whole, how many there are.
 */
change: number, message: string, };
export type PlanReply = { datum: Datum, unit: UnitName, 
/**
 * Boundary of the unit above them.
 */
shape: Array<Array<Array<[number, number]>>> | null, grids: Array<PlanGrid>, 
/**
 * Buildings that stand directly in the unit, in no grid.
 */
loose: Array<UnitName>, 
/**
 * What of the unit lies in no grid; null where a boundary is missing.
 */
gap_m2: number | null, people: Array<PersonPreview>, 
/**
 * What would be asked of the server, in words, in its order.
 */
steps: Array<string>, 
/**
 * The first step that cannot be done; those after it were not looked at.
 */
problem: PlanProblem | null, 
/**
 * Something is to be done, and nothing forbids it.
 */
may_apply: boolean, 
/**
 * A redrawing of this device still waits for the server.
 */
waiting: number, };
export type Position = { lng: number, lat: number, };
export type PreviewCampaignArgs = { unit?: string, filter?: CampaignFilter, };
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
export type PreviewMergeArgs = { kind: string, 
/**
 * The record that stays, and the one that goes into it.
 */
keep: string, drop: string, };
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
export type ProjectItem = { id: string, title: string, 
/**
 * `planned`, `underway`, `done`; `cancelled`: not on the map.
 */
stage: string, state: Coded, overlays: Array<Coded>, place: string | null, building: string | null, at: MapPoint | null, budget: string | null, contractor: string | null, 
/**
 * The day it is to be done by, as it was written.
 */
until: string | null, 
/**
 * Whole per cent, as last said at a milestone.
 */
percent: number | null, due_at: number | null, is_late: boolean, opened_at: number, };
export type ProjectList = { items: Array<ProjectItem>, };
export type PutTemplateArgs = { print: string, name: string, asker?: string, sheet?: string, per: string, 
/**
 * Column → field; an empty one is left empty on purpose.
 */
columns: { [key in string]: string }, 
/**
 * It is for files that come in.
 */
import?: boolean, };
export type PutViewArgs = { id?: string, kind: string, name: string, view?: View, };
export type QueryLedgerArgs = { kind: string, view?: View, 
/**
 * At most 500 at once; absent: 200.
 */
limit?: number, offset?: number, };
export type Question = { name: string, zh: string, en: string, kind: QuestionKind, class: AnswerClass, choices: Array<Label>, required: boolean, 
/**
 * It is asked only while this holds; empty: always.
 */
relevant: string, 
/**
 * An answer is right only while this holds; `.` is the answer.
 */
constraint: string, 
/**
 * What to say when it does not.
 */
message: string, message_en: string, hint: string, hint_en: string, 
/**
 * `household.<field>` or `person.<field>`: what the answer writes as well, so that it is entered once.
 */
fills: string, };
export type QuestionKind = "text" | "int" | "decimal" | "date" | "yes_no" | "choose" | "choose_many" | "note";
export type QuestionList = { items: Array<DueForm>, };
export type Reach = { place: string, name: string, metres: number, at: MapPoint | null, buildings: number, households: number, people: number, tiers: Array<ReachTier>, 
/**
 * Households of buildings without a position: nobody knows whether they are within.
 */
unknown: number, };
export type ReachArgs = { 
/**
 * A place with a position, or at a building with one.
 */
place: string, 
/**
 * Straight line.
 */
metres: number, datum?: Datum, };
export type ReachTier = { 
/**
 * Null: the general one.
 */
tier: Coded | null, households: number, };
export type ReadSheetsArgs = { 
/**
 * Path of the file on this machine (command line, shell) …
 */
file?: string, 
/**
 * … or its bytes in base64 with a name (browser).
 */
data?: string, name?: string, 
/**
 * What a row is about, where the words do not say it: `person household case place facility building visit`.
 */
per?: string, 
/**
 * By sheet, where the header was not found.
 */
headers?: { [key in string]: HeaderRows }, };
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
may_adopt: boolean, 
/**
 * An adoption makes no new record: it can be taken back.
 */
may_undo: boolean, };
export type RefusedWordsArgs = { 
/**
 * `device_seq` of the refused command.
 */
seq: number, words: string, };
export type RemoveTemplateArgs = { id: string, 
/**
 * Takes the removal back.
 */
back?: boolean, };
export type ReplyQuestionArgs = { id: string, words: string, };
export type RequestAlike = { request: RequestItem, 
/**
 * `same_table` (asker and title), `same_fields` (nearly all fields).
 */
reasons: Array<string>, 
/**
 * Fields that both ask for.
 */
shared: Array<Coded>, days_ago: number, };
export type RequestCheck = { alike: Array<RequestAlike>, };
export type RequestItem = { id: string, title: string, asker: string, basis: string | null, frequency: Coded | null, minutes: number | null, asked_on: string, due: string | null, template: string | null, template_name: string | null, fields: Array<Coded>, note: string | null, closed: boolean, by: string, 
/**
 * How many earlier ones asked for the same.
 */
alike: number, };
export type RequestList = { 
/**
 * Newest first.
 */
items: Array<RequestItem>, total: number, months: Array<RequestMonth>, };
export type RequestMonth = { 
/**
 * `2026-11`.
 */
month: string, requests: number, minutes: number, 
/**
 * Fields that more than one request of the month asked for.
 */
twice: number, 
/**
 * Requests that asked for what an earlier one had asked for.
 */
alike: number, };
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
export type ResponseArgs = { 
/**
 * Id or name of the form; of a campaign its own is taken.
 */
form: string, campaign?: string, 
/**
 * A code of `response_state`, or its label; absent: `done` where everything that has to be answered is, else `part`.
 */
state?: string, answers?: { [key in string]: string }, 
/**
 * Whose file is filled; absent: the head of the household, or the only person in it.
 */
person?: string, };
export type ResponseItem = { id: string, 
/**
 * Name and words of the form.
 */
form: Coded, campaign: string | null, campaign_title: string | null, state: Coded, at: number, by: string, answers: Array<AnswerView>, pending: boolean, };
export type ResponseList = { items: Array<ResponseItem>, };
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
reason: string, 
/**
 * With it every other account of the machine that it lies on.
 */
machine: boolean, };
export type Role = "overseer" | "admin" | "assignee" | "building_head" | "part_time" | "worker" | "office";
export type RoleAt = { role: Coded, unit: string, unit_name: string, };
export type RouteArgs = { 
/**
 * A unit; absent: all mine.
 */
unit?: string, 
/**
 * The building where the way begins.
 */
from?: string, 
/**
 * Or the position where it begins, degrees (WGS-84). Used for this answer and kept nowhere.
 */
lng?: number, lat?: number, };
export type RouteList = { stops: Array<RouteStop>, 
/**
 * `distance`, or `number` where no position of a building is known.
 */
by: string, 
/**
 * Metres in all, between buildings whose positions are known.
 */
metres: number, };
export type RouteStop = { building: string, name: string, estate: string | null, 
/**
 * From the stop before, as the crow flies; null where a position is not known.
 */
metres: number | null, 
/**
 * Doors due there, by unit, floor and door.
 */
doors: Array<HouseholdItem>, };
export type RowDecision = { 
/**
 * Empty where a file has one sheet.
 */
sheet?: string, 
/**
 * 1-based.
 */
row: number, 
/**
 * `new`, `same` (with `record`), `leave`.
 */
what: string, record?: string, };
export type SameDoor = { household: string, plate: string, head_name: string | null, 
/**
 * They came from this file, or this file from theirs: when, `YYYY-MM-DD`.
 */
split_on: string | null, };
export type SavedView = { id: string, kind: string, name: string, view: View, 
/**
 * Live operations of `name` and `spec`, for `seen`.
 */
ops: Array<string>, 
/**
 * Two offices said different things of it.
 */
is_forked: boolean, };
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
export type SeeNoticesArgs = { 
/**
 * Absent: all.
 */
ids?: Array<string>, };
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
export type SetBaseMapArgs = { 
/**
 * Path of an MBTiles file on this machine (command line, shell) …
 */
file?: string, 
/**
 * … or its bytes in base64, with a name.
 */
data?: string, name?: string, 
/**
 * How its tiles are drawn; else what its metadata say under `datum`; else `wgs84`.
 */
datum?: Datum, };
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
export type SetFieldArgs = { kind: string, key: string, 
/**
 * At most 5,000.
 */
ids: Array<string>, 
/**
 * As in `edit_household`; null clears.
 */
value: unknown, 
/**
 * Operations that the form showed; for one record only.
 */
seen?: Array<string>, 
/**
 * Only says what would change.
 */
dry_run?: boolean, 
/**
 * Undo: the values that stood before, as `set_field` told them; only where `value` still stands.
 */
back?: Array<FieldBefore>, };
export type SetHoursArgs = { 
/**
 * `09:00-12:00,14:00-18:00`; empty takes back the product's own.
 */
hours: string, };
export type SetHubArgs = { 
/**
 * The hub's own household.
 */
household: string, name?: string, 
/**
 * The party member who leads, a person of the household.
 */
lead?: string, 
/**
 * Households covered, the whole list. Absent: as they are.
 */
covers?: Array<string>, };
export type SetPostArgs = { 
/**
 * The membership.
 */
id: string, 
/**
 * Code of `post`; absent: what the role says.
 */
post?: string, party: boolean, };
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
export type SettleListingArgs = { id: string, 
/**
 * `open`, `matched`, `done`, `dropped`, or the label.
 */
state: string, 
/**
 * What came of it.
 */
outcome?: string, };
export type ShapeVerdict = { 
/**
 * Its place in the file, counted from 1.
 */
feature: number, 
/**
 * Code or name, as the file has it.
 */
name: string, 
/**
 * `placed`, `unchanged`, `unknown` (no such unit), `ambiguous` (several of that name), `bad` (the geometry).
 */
verdict: string, unit: string | null, 
/**
 * What is wrong, or what was done to it, in words.
 */
message: string | null, };
export type ShapesReport = { dry_run: boolean, placed: number, unchanged: number, 
/**
 * Not taken in; each feature says why.
 */
refused: number, features: Array<ShapeVerdict>, };
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
export type SheetColumn = { 
/**
 * Its name in a mapping.
 */
path: string, header: string, letters: string, 
/**
 * 0-based.
 */
at: number, field: string | null, label: string | null, 
/**
 * Who says so: `template`, `words`, `ext` (a column that a file brought along), `none`.
 */
from: string, 
/**
 * It computes itself.
 */
formula: boolean, samples: Array<string>, };
export type SheetHead = { row: number, column: number, rows: number, columns: number, text: string, };
export type SheetRead = { 
/**
 * Empty for a text file.
 */
sheet: string, title: string, 
/**
 * What a row is about.
 */
per: string, 
/**
 * Found by its words; otherwise only by how it is drawn.
 */
is_known: boolean, header: HeaderRows, first_row: number, 
/**
 * Rows to fill that it has.
 */
blank_rows: number, 
/**
 * Filled rows under the header.
 */
body_rows: number, footer_row: number | null, 
/**
 * What the layout is known by again.
 */
print: string, 
/**
 * The template that was kept for this layout.
 */
template: string | null, template_name: string | null, columns: Array<SheetColumn>, heads: Array<SheetHead>, };
export type SheetsRead = { file: string, sheets: Array<SheetRead>, 
/**
 * What a column may hold, by what a row is about; in the order of a select.
 */
choices: { [key in string]: Array<Coded> }, };
export type Sort = { column: string, down?: boolean, };
export type SplitArgs = { household: string, 
/**
 * Who goes into the new family.
 */
people: Array<string>, 
/**
 * Their head, one of them.
 */
head: string, 
/**
 * Who heads those that stay, when the head goes.
 */
stays_head?: string, };
export type SpotFile = { place: PlaceItem | null, facility: FacilityItem | null, patrol: PatrolItem | null, 
/**
 * Newest first.
 */
visits: Array<VisitView>, 
/**
 * What was found there.
 */
cases: Array<CaseItem>, };
export type StageMediaArgs = { 
/**
 * The file, base64.
 */
data: string, 
/**
 * `photo` or `audio`.
 */
media: string, 
/**
 * Length of a recording, milliseconds.
 */
millis?: number, 
/**
 * Loudness of a recording over its length: one digit `0`–`9` a bar, at most 64 bars.
 */
wave?: string, };
export type Staged = { token: string, media: string, mime: string, bytes: number, width?: number, height?: number, millis?: number, wave?: string, 
/**
 * The small picture, JPEG, base64.
 */
thumb?: string, };
export type Stand = "same" | "kept" | "taken" | "joined" | "differs";
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
export type Stats = { unit: string | null, unit_name: string, from: string, until: string, doors: Doors, doors_by_grid: Array<DoorsRow>, doors_by_tier: Array<DoorsRow>, cases: Cases, cases_by_category: Array<CasesRow>, cases_by_matter: Array<CasesRow>, cases_by_grid: Array<CasesRow>, cases_by_lead: Array<CasesRow>, levels: Array<CountRow>, ratings: Array<CountRow>, 
/**
 * Months of the trend, `2026-11`, oldest first.
 */
months: Array<string>, trend: Array<TrendRow>, 
/**
 * Buildings with the most cases opened in the span; at most ten.
 */
spots: Array<CasesRow>, };
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
export type TakeBackInviteArgs = { id: string, };
export type TallyArgs = { 
/**
 * A month, `2026-11`; this month without it.
 */
month?: string, };
export type TallyList = { 
/**
 * Newest month first, units in the order of the tree.
 */
items: Array<TallyView>, 
/**
 * Months that there are any of, newest first.
 */
months: Array<string>, 
/**
 * Communities beneath that sent none for a month.
 */
missing: { [key in string]: Array<string> }, may_send: boolean, };
export type TallyView = { unit: string, unit_name: string, month: string, 
/**
 * When it was handed up.
 */
at: number | null, by: string | null, pending: boolean, groups: Array<FigureGroup>, 
/**
 * Of a preview: figures that differ from what was handed up already.
 */
changed: boolean, };
export type TeamFinding = { unit: string, unit_name: string, 
/**
 * `nobody no_worker no_guide few many no_party no_head term_ends`.
 */
rule: string, 
/**
 * People of the team, where the rule counts them.
 */
people: number, 
/**
 * The term that ends: its membership, whose, and when (unix ms, exclusive).
 */
membership: string | null, name: string | null, until: number | null, };
export type TeamFindings = { items: Array<TeamFinding>, 
/**
 * Grids and micro-grids that were looked at.
 */
grids: number, micro_grids: number, };
export type TemplateColumnItem = { path: string, 
/**
 * Empty: left empty on purpose.
 */
field: string, label: string, };
export type TemplateItem = { id: string, name: string, asker: string | null, sheet: string | null, per: string, import: boolean, columns: Array<TemplateColumnItem>, by: string, at: number, };
export type TemplateList = { items: Array<TemplateItem>, };
export type Tile = { 
/**
 * `image/png`, `image/jpeg`, `image/webp`; null where the map has no such tile.
 */
mime: string | null, 
/**
 * Base64.
 */
data: string | null, };
export type TileArgs = { z: number, 
/**
 * From the west.
 */
x: number, 
/**
 * From the north.
 */
y: number, };
export type TokenArgs = { token: string, };
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
export type TrendRow = { matter: Coded, counts: Array<number>, };
export type UndoDeathArgs = { id: string, 
/**
 * The one who had been made head, and the relation that they had before (code; absent: none was known).
 */
head?: string, relation?: string, };
export type UndoImportArgs = { batch: string, 
/**
 * Only say what would be done.
 */
dry_run?: boolean, 
/**
 * The other way: bring back what the undo took.
 */
back?: boolean, 
/**
 * With `back`: these records alone.
 */
only?: Array<string>, };
export type UndoImportReport = { batch: string, dry_run: boolean, 
/**
 * Records taken back, or brought back; people among them counted apart.
 */
taken: number, people: number, 
/**
 * Cells that it filled elsewhere and that are empty again, or say again what they said.
 */
cells: number, 
/**
 * Cells that waited for the office and wait no longer, or wait again.
 */
held: number, 
/**
 * Buildings that are closed, or open again, once the server has confirmed.
 */
buildings: number, 
/**
 * Steps of cases that go: a step is never deleted, it is out of sight with its case.
 */
steps: number, kept: Array<ImportKept>, 
/**
 * What was written to after it was taken back.
 */
late: Array<ImportKept>, };
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
export type View = { filter?: Array<Filter>, group?: string, sort?: Array<Sort>, 
/**
 * In their order; none: those of the ledger.
 */
columns?: Array<string>, 
/**
 * Words, found as in the search.
 */
q?: string, 
/**
 * A unit: what stands beneath it.
 */
unit?: string, };
export type ViewList = { items: Array<SavedView>, };
export type VisitView = { id: string, 
/**
 * What was visited: exactly one of these four.
 */
household: string | null, place: string | null, patrol: string | null, facility: string | null, outcome: Coded, mode: Coded, topics: Array<Coded>, note: string | null, 
/**
 * People met, by id.
 */
met: Array<string>, 
/**
 * Cases found there, by id.
 */
found: Array<string>, 
/**
 * Unix ms, as claimed by the device.
 */
at: number, by: string, 
/**
 * Not yet at the office.
 */
pending: boolean, };
export type WallSheet = { name: string, 
/**
 * A whole SVG document; nothing in it is fetched from anywhere.
 */
svg: string, width_mm: number, height_mm: number, 
/**
 * Drawn without positions.
 */
is_scheme: boolean, };
export type WallSheetArgs = { 
/**
 * Id or code; absent: the community.
 */
unit?: string, 
/**
 * Of `projects`, `hubs`, `venues`, `staff`; absent: all but hub families.
 */
layers?: Array<string>, 
/**
 * `a3` or `a2`; absent: `a3`.
 */
paper?: string, 
/**
 * Draw the plain scheme though there are positions.
 */
scheme?: boolean, };
export type WeeklyArgs = { 
/**
 * Any day of the week, `YYYY-MM-DD`; absent: the week that holds today.
 */
week?: string, 
/**
 * A workbook too, logged as an export: `true` as base64 …
 */
xlsx?: boolean, 
/**
 * … or where to write it.
 */
out?: string, };
export type WeeklySheet = { 
/**
 * Monday and Sunday.
 */
from: string, to: string, unit: string, tables: Array<WeeklyTable>, file: MadeFile | null, };
export type WeeklyTable = { name: string, zh: string, headers: Array<string>, rows: Array<Array<string>>, };
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
 * Seconds until the next PIN is heard, when too many were wrong.
 */
wait_seconds: number | null, 
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
wiped: Wiped | null, 
/**
 * On a machine with named accounts: whose session this is, and whose accounts there are. The engine leaves it empty.
 */
node: NodeWho | null, };
export type Why = "same_id" | "other_id" | "same_name" | "same_sound" | "near_name" | "same_birth" | "same_year" | "near_birth" | "other_birth" | "same_phone" | "same_door" | "other_sex" | "same_people" | "same_head";
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
export type WrongAnswer = { question: string, 
/**
 * `required`, `type`, `choice`, `constraint`, `too_long`.
 */
code: string, zh: string, en: string, };
export type XlsformProblem = { sheet: string, 
/**
 * 1-based.
 */
row: number | null, 
/**
 * Header of the column.
 */
column: string | null, message: string, 
/**
 * The form cannot be put as it is; else it can, without this.
 */
stops: boolean, };
export type XlsformReport = { form: Form, problems: Array<XlsformProblem>, };
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
  /** Households or people that look like one, with reasons */
  list_duplicates: { args: ListDuplicatesArgs; reply: DuplicateList };
  /** What a merge would come to */
  preview_merge: { args: PreviewMergeArgs; reply: MergePreview };
  /** Merge two files of one household or person */
  merge_records: { args: MergeRecordsArgs; reply: Edited };
  /** Take a merge back: both files as they were */
  unmerge: { args: IdArgs; reply: Edited };
  /** Say that two are not one, or look later */
  judge_pair: { args: JudgePairArgs; reply: Edited };
  /** Record a visit */
  add_visit: { args: AddVisitArgs; reply: Added };
  /** Undo a visit just recorded */
  undo_visit: { args: IdArgs; reply: Edited };
  /** Add a place */
  add_place: { args: AddSpotArgs; reply: Added };
  /** Edit a place */
  edit_place: { args: EditArgs; reply: Edited };
  /** Shops, organisations, venues */
  list_places: { args: ListSpotsArgs; reply: PlaceList };
  /** Add a facility */
  add_facility: { args: AddSpotArgs; reply: Added };
  /** Edit a facility */
  edit_facility: { args: EditArgs; reply: Edited };
  /** Public facilities */
  list_facilities: { args: ListSpotsArgs; reply: FacilityList };
  /** Add a patrol point */
  add_patrol: { args: AddSpotArgs; reply: Added };
  /** Edit a patrol point */
  edit_patrol: { args: EditArgs; reply: Edited };
  /** Patrol points by round and order */
  list_patrols: { args: ListSpotsArgs; reply: PatrolList };
  /** A place, facility or patrol point with what was seen there */
  get_spot: { args: IdArgs; reply: SpotFile };
  /** Record a death */
  record_death: { args: DeathArgs; reply: Edited };
  /** Take back a death recorded by mistake */
  undo_death: { args: UndoDeathArgs; reply: Edited };
  /** Record who is away until when, or back */
  set_away: { args: AwayArgs; reply: Edited };
  /** Split a household: a further family at the same door */
  split_household: { args: SplitArgs; reply: Added };
  /** Take back a split */
  undo_split: { args: IdArgs; reply: Edited };
  /** Party-member hub families */
  list_hubs: { args: NoArgs; reply: HubList };
  /** Make or change a party-member hub */
  set_hub: { args: SetHubArgs; reply: Added };
  /** End a party-member hub */
  end_hub: { args: IdArgs; reply: Edited };
  /** Note a need or a wish */
  add_listing: { args: AddListingArgs; reply: Added };
  /** Edit a need or a wish */
  edit_listing: { args: EditArgs; reply: Edited };
  /** Say what came of a need or a wish */
  settle_listing: { args: SettleListingArgs; reply: Edited };
  /** Needs and wishes */
  list_listings: { args: ListListingsArgs; reply: ListingList };
  /** Ledgers and their columns */
  list_ledgers: { args: NoArgs; reply: LedgerList };
  /** A page of a ledger: filtered, grouped, sorted */
  query_ledger: { args: QueryLedgerArgs; reply: LedgerPage };
  /** One record of a ledger */
  get_record: { args: LedgerRecordArgs; reply: LedgerRecord };
  /** Set one field of one record or of many */
  set_field: { args: SetFieldArgs; reply: FieldSet };
  /** Saved views of ledgers */
  list_views: { args: NoArgs; reply: ViewList };
  /** Keep or change a view */
  put_view: { args: PutViewArgs; reply: Added };
  /** Remove a view */
  remove_view: { args: IdArgs; reply: Edited };
  /** Export a ledger; logged */
  export_ledger: { args: ExportLedgerArgs; reply: JobView };
  /** Copy rows of a ledger; logged */
  copy_ledger: { args: CopyLedgerArgs; reply: CopiedRows };
  /** How far long work is */
  get_job: { args: IdArgs; reply: JobView };
  /** Cancel long work */
  cancel_job: { args: IdArgs; reply: JobView };
  /** The sheet of the weekly meeting */
  weekly_sheet: { args: WeeklyArgs; reply: WeeklySheet };
  /** The doors of a building, to print for a power cut or fire */
  door_list: { args: DoorListArgs; reply: DoorList };
  /** Doors due in walking order */
  list_route: { args: RouteArgs; reply: RouteList };
  /** Guess door, person, phone and matter in a pasted text */
  read_paste: { args: PasteArgs; reply: PasteRead };
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
  /** Take in a photo or a recording, kept on this device */
  stage_media: { args: StageMediaArgs; reply: Staged };
  /** Drop what was taken in and not used */
  discard_staged: { args: TokenArgs; reply: Edited };
  /** Attach a photo or a recording to what is there */
  add_attachment: { args: AddAttachmentArgs; reply: Added };
  /** Edit what is said of an attachment */
  edit_attachment: { args: EditAttachmentArgs; reply: Edited };
  /** Remove an attachment */
  remove_attachment: { args: IdArgs; reply: Edited };
  /** Photos and recordings of a record */
  list_attachments: { args: OfArgs; reply: AttachmentList };
  /** A photo or a recording that is here */
  get_attachment: { args: GetAttachmentArgs; reply: AttachmentData };
  /** Fetch a photo or a recording */
  fetch_attachment: { args: GetAttachmentArgs; reply: AttachmentData };
  /** Photos and recordings that wait to go up */
  list_media: { args: NoArgs; reply: MediaList };
  /** A printed sheet of a case */
  print_case: { args: PrintCaseArgs; reply: PrintedSheet };
  /** Open cases of the same matter close by */
  list_near: { args: ListNearArgs; reply: NearList };
  /** The map: grids, buildings, cases, hub families, facilities */
  get_map: { args: GetMapArgs; reply: MapReply };
  /** Which building and grid a position is at */
  locate: { args: LocateArgs; reply: Located };
  /** Give a building or grid its position and boundary */
  place_unit: { args: PlaceUnitArgs; reply: Edited };
  /** Take positions and boundaries of units from GeoJSON */
  import_shapes: { args: ImportShapesArgs; reply: ShapesReport };
  /** The offline base map of this device */
  get_base_map: { args: NoArgs; reply: BaseMapReply };
  /** Use an MBTiles file as the base map */
  set_base_map: { args: SetBaseMapArgs; reply: BaseMapReply };
  /** Remove the base map */
  clear_base_map: { args: NoArgs; reply: Edited };
  /** One tile of the base map */
  get_tile: { args: TileArgs; reply: Tile };
  /** Plan a redrawing: the grids as they would be, who gains and loses what */
  plan_grids: { args: PlanGridsArgs; reply: PlanReply };
  /** Carry out a planned redrawing, all of it or nothing */
  apply_plan: { args: PlanGridsArgs; reply: PlanApplied };
  /** How many live within some metres of a venue */
  reach: { args: ReachArgs; reply: Reach };
  /** The sheet of the grids for the wall */
  wall_sheet: { args: WallSheetArgs; reply: WallSheet };
  /** Projects by their three states */
  list_projects: { args: ListProjectsArgs; reply: ProjectList };
  /** Workflows */
  list_workflows: { args: NoArgs; reply: WorkflowList };
  /** What is wrong with a workflow */
  check_workflow: { args: WorkflowArgs; reply: WorkflowChecked };
  /** Add a workflow, or a new version of one */
  put_workflow: { args: WorkflowArgs; reply: Added };
  /** Retire a workflow; what runs in it keeps it */
  retire_workflow: { args: NameArgs; reply: Edited };
  /** Questionnaires */
  list_forms: { args: NoArgs; reply: FormList };
  /** What is wrong with a questionnaire */
  check_form: { args: FormArgs; reply: FormChecked };
  /** Add a questionnaire, or a new version of one */
  put_form: { args: FormArgs; reply: Added };
  /** Retire a questionnaire; what was answered stays */
  retire_form: { args: NameArgs; reply: Edited };
  /** Read an XLSForm into a questionnaire */
  import_xlsform: { args: ImportXlsformArgs; reply: XlsformReport };
  /** What is asked now and what is wrong */
  check_answers: { args: CheckAnswersArgs; reply: AnswersChecked };
  /** What is due to be asked here */
  list_questions: { args: ListQuestionsArgs; reply: QuestionList };
  /** Record answers without a visit */
  add_response: { args: AddResponseArgs; reply: Added };
  /** What a household answered */
  list_responses: { args: ListResponsesArgs; reply: ResponseList };
  /** Start a campaign */
  add_campaign: { args: AddCampaignArgs; reply: Added };
  /** Change a campaign */
  edit_campaign: { args: EditCampaignArgs; reply: Edited };
  /** Close a campaign */
  close_campaign: { args: IdArgs; reply: Edited };
  /** How many doors a filter takes */
  preview_campaign: { args: PreviewCampaignArgs; reply: CampaignPreview };
  /** Campaigns with counts per state */
  list_campaigns: { args: NoArgs; reply: CampaignList };
  /** The doors of a campaign with their state */
  campaign_doors: { args: CampaignDoorsArgs; reply: CampaignDoors };
  /** Figures: doors reached, deadlines, levels, ratings, trends */
  get_stats: { args: GetStatsArgs; reply: Stats };
  /** The figures to hand up, small cells left out */
  preview_tally: { args: TallyArgs; reply: TallyView };
  /** Hand up a month's figures */
  send_tally: { args: TallyArgs; reply: Added };
  /** Figures handed up */
  list_tallies: { args: NoArgs; reply: TallyList };
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
  /** Everything the merge or an import could not decide */
  list_inbox: { args: ListInboxArgs; reply: InboxList };
  /** One item of the inbox with both sides' evidence */
  get_inbox_item: { args: IdArgs; reply: InboxDetail };
  /** Decide an item of the inbox */
  decide_item: { args: DecideItemArgs; reply: Decided };
  /** Take a decision back */
  undo_decision: { args: DecisionArgs; reply: Edited };
  /** What was decided on this device */
  list_decisions: { args: NoArgs; reply: DecisionList };
  /** What a rule would decide, and what it leaves */
  preview_bulk: { args: BulkArgs; reply: BulkPreview };
  /** Decide by a rule, as previewed */
  apply_bulk: { args: ApplyBulkArgs; reply: BulkDone };
  /** Take back what a rule decided */
  undo_bulk: { args: BatchArgs; reply: BulkDone };
  /** Ask whoever wrote it */
  ask_back: { args: AskBackArgs; reply: Added };
  /** Questions asked of me, and by the office */
  list_asked: { args: NoArgs; reply: AskedList };
  /** Answer a question */
  reply_question: { args: ReplyQuestionArgs; reply: Edited };
  /** Where a field's values came from */
  get_history: { args: HistoryArgs; reply: History };
  /** Search households, people and cases */
  search: { args: SearchArgs; reply: SearchReply };
  /** Change the PIN */
  change_pin: { args: ChangePinArgs; reply: Edited };
  /** Keep what was begun and not saved */
  keep_draft: { args: KeepDraftArgs; reply: Edited };
  /** What was begun and not saved */
  list_drafts: { args: NoArgs; reply: DraftList };
  /** What came in from others */
  list_notices: { args: NoArgs; reply: NoticeList };
  /** Mark what came in as seen */
  see_notices: { args: SeeNoticesArgs; reply: Edited };
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
  adopt_refused: { args: AdoptArgs; reply: Decided };
  /** Give a refused command back to its author */
  return_refused: { args: ReturnArgs; reply: Decided };
  /** Import a roster */
  import_roster: { args: ImportArgs; reply: ImportReport };
  /** Take in hotline orders */
  import_orders: { args: ImportOrdersArgs; reply: OrdersReport };
  /** Results of hotline orders */
  export_orders: { args: ExportOrdersArgs; reply: OrdersExport };
  /** Fill a department's blank table */
  fill_table: { args: FillArgs; reply: FillReport };
  /** What a blank table is made of, sheet by sheet */
  read_template: { args: ReadSheetsArgs; reply: SheetsRead };
  /** Keep the mapping of a table */
  put_template: { args: PutTemplateArgs; reply: Added };
  /** Mappings that are kept */
  list_templates: { args: NoArgs; reply: TemplateList };
  /** Remove a kept mapping, or take that back */
  remove_template: { args: RemoveTemplateArgs; reply: Edited };
  /** Note a request for data */
  add_request: { args: AddRequestArgs; reply: Added };
  /** Edit a request for data */
  edit_request: { args: EditArgs; reply: Edited };
  /** Requests for data, with sums by month */
  list_requests: { args: ListRequestsArgs; reply: RequestList };
  /** Was the same asked before */
  check_request: { args: CheckRequestArgs; reply: RequestCheck };
  /** What a table that comes in is made of */
  read_import: { args: ReadSheetsArgs; reply: SheetsRead };
  /** Import buildings, places, facilities, earlier ledgers */
  import_table: { args: ImportTableArgs; reply: ImportTableReport };
  /** Imports */
  list_imports: { args: NoArgs; reply: ImportList };
  /** Take an import back, or bring back what was taken */
  undo_import: { args: UndoImportArgs; reply: UndoImportReport };
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
  /** Say what somebody does in the team */
  set_post: { args: SetPostArgs; reply: ServerAnswer };
  /** Hand a role over to somebody else from a day on */
  hand_over: { args: HandOverArgs; reply: ServerAnswer };
  /** Staffing of grids: where somebody is missing */
  check_teams: { args: CheckTeamsArgs; reply: TeamFindings };
  /** Invites and what became of them */
  list_invites: { args: NoArgs; reply: InviteList };
  /** Take an invite back */
  take_back_invite: { args: TakeBackInviteArgs; reply: Edited };
  /** What a device holds, for a report */
  device_sheet: { args: DeviceSheetArgs; reply: DeviceSheet };
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

//! The rules as data. Identifiers are stable: a rule may be added, never renumbered.

use super::Grade::{self, Error, Warning};

/// One rule: what is refused or questioned, and what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Stable identifier such as `FW-CAP-101`.
    pub id: &'static str,
    /// Whether a message that breaks it may be written.
    pub grade: Grade,
    /// What a message must satisfy.
    pub text: &'static str,
    /// What to do when it does not.
    pub remedy: &'static str,
}

macro_rules! rules {
    ($($key:ident $id:literal $grade:ident $text:literal, $remedy:literal;)+) => {
        /// The rules by name, for the code that applies them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Key { $($key),+ }

        /// Every rule, in order of its identifier.
        pub const RULES: &[Rule] = &[$(Rule { id: $id, grade: $grade, text: $text, remedy: $remedy }),+];
    };
}

impl Key {
    pub(crate) fn rule(self) -> &'static Rule {
        // The macro above makes the enumeration and the table from one list.
        &RULES[self as usize]
    }
}

rules! {
    WellFormed "FW-CAP-001" Error "The text is well-formed XML 1.0 with namespaces.", "Correct the markup at the place named.";
    NoDtd "FW-CAP-002" Error "There is no document type, no entity beyond XML's own five and no processing instruction.", "Remove the declaration; write the characters themselves.";
    Limits "FW-CAP-003" Error "The text stays within the limits of size, depth and number of elements.", "Send large resources by `uri`, not inside the message.";
    Root "FW-CAP-004" Error "The root is `alert` in the namespace urn:oasis:names:tc:emergency:cap:1.2.", "Convert other versions of CAP before reading.";
    Unknown "FW-CAP-005" Error "Only elements of CAP 1.2 occur, without attributes, and text only where CAP has text.", "Move additions into `parameter`.";
    Order "FW-CAP-006" Error "Elements stand in the order of the schema and are repeated only where it allows.", "Reorder the elements as the schema lists them.";
    Missing "FW-CAP-007" Error "Every element that the schema requires is present.", "Add the element.";
    Word "FW-CAP-008" Error "Status, msgType, scope, category, responseType, urgency, severity and certainty hold a word of the standard, capitals included.", "Use one of the words listed in OASIS CAP 1.2 section 3.2.";
    TimeForm "FW-CAP-009" Error "Times are YYYY-MM-DDThh:mm:ss with a numeric offset, without Z and without fractions, and exist.", "Write UTC as -00:00 and whole seconds.";
    ReferenceForm "FW-CAP-010" Error "References are `sender,identifier,sent`, separated by spaces.", "Copy the three values from the message referred to.";
    ShapeForm "FW-CAP-011" Error "A polygon is `lat,lon lat,lon ...` and a circle `lat,lon radius`, in plain decimal numbers.", "Write decimal degrees, comma between latitude and longitude, space between points.";
    NumberForm "FW-CAP-012" Error "Altitude and ceiling are decimal numbers and size a whole number of bytes, not negative.", "Write a plain number without unit.";
    Signature "FW-CAP-013" Warning "A digital signature is present that this reader neither verifies nor keeps.", "Verify it with an XML signature library before trusting the message.";

    Identifier "FW-CAP-020" Error "The identifier is not empty and has no space, comma, `<`, `&` or control character.", "Use letters, digits, dots and hyphens.";
    Sender "FW-CAP-021" Error "The sender is not empty and has no space, comma, `<`, `&` or control character.", "Use an address such as warnings@example.org.";
    SenderUnique "FW-CAP-022" Warning "The sender is globally unique: it has an `@`, a dot or a colon.", "Use an address, a domain name or a urn:oid.";
    Characters "FW-CAP-023" Error "No text has a character that XML 1.0 cannot carry.", "Remove control characters, U+FFFE and U+FFFF.";
    Hidden "FW-CAP-024" Warning "No text for people has characters that reverse or hide other text.", "Remove bidirectional overrides and zero-width characters.";
    Blank "FW-CAP-025" Error "An element that is present is not blank.", "Leave the element out, or fill it.";
    CodeForm "FW-CAP-026" Error "Codes, addresses and incidents are not empty, and codes have no space; addresses and incidents no quotation mark.", "Give one code for each element.";

    NeedsReference "FW-CAP-030" Error "Update, Cancel, Ack and Error refer to at least one earlier message.", "Add `references` with the messages meant.";
    ReferenceCharacters "FW-CAP-031" Error "Sender and identifier of a reference obey the rules for sender and identifier.", "Copy the three values from the message referred to.";
    ReferenceSelf "FW-CAP-032" Error "A message does not refer to itself.", "Give the new message its own identifier.";
    ReferenceFuture "FW-CAP-033" Error "A message referred to was not sent after the message that refers to it.", "Correct `sent` or the reference.";
    ReferenceTwice "FW-CAP-034" Warning "No message is referred to twice.", "Remove the repetition.";
    ErrorNote "FW-CAP-035" Error "msgType Error explains itself in `note`.", "Write the reason into `note`.";
    AlertReference "FW-CAP-036" Warning "msgType Alert begins something new and refers to nothing.", "Use Update when earlier messages are meant.";
    NoInfo "FW-CAP-037" Error "Alert and Update carry at least one `info`.", "Add `info`; an empty warning warns nobody.";
    CancelReason "FW-CAP-038" Warning "Cancel gives its reason in `note`.", "Say in `note` whether the threat ended or the message was a mistake.";
    RetractType "FW-CAP-039" Error "Only Cancel is marked as a retraction (forewarn:action=retract).", "Set msgType to Cancel, or remove the mark.";
    RetractMark "FW-CAP-040" Error "A retraction is marked in `note` and in a parameter of every `info`, with no action other than retract.", "Call `mark_retraction` after the last `info` is in place.";

    ExpiresAbsent "FW-CAP-050" Error "Every `info` of an Alert or Update says when it expires.", "Set `expires`; a warning without an end is never cleared.";
    ExpiresSent "FW-CAP-051" Error "`expires` is after `sent`.", "Set `expires` later than `sent`.";
    ExpiresEffective "FW-CAP-052" Error "`expires` is after `effective`.", "Set `effective` earlier or `expires` later.";
    ExpiresOnset "FW-CAP-053" Error "`expires` is not before `onset`.", "Let the warning last until the event begins.";
    OnsetEffective "FW-CAP-054" Error "`onset` is not before `effective` unless the urgency is Immediate, Past or Unknown.", "Set `effective` no later than the beginning of the event.";
    SentFuture "FW-CAP-055" Error "`sent` is not after the present, when the checker is told the present.", "Check the sender's clock and time zone.";
    ExpiredNow "FW-CAP-056" Warning "The message has not expired, when the checker is told the present.", "Do not act on it; ask the sender for the latest message.";
    EffectivePast "FW-CAP-057" Warning "`effective` is not before `sent`.", "Leave `effective` out when the message takes effect at once.";

    Restriction "FW-CAP-060" Error "Scope Restricted has `restriction`.", "Name the rule of distribution.";
    RestrictionIdle "FW-CAP-061" Warning "`restriction` occurs only with scope Restricted.", "Correct the scope or remove the restriction.";
    Addresses "FW-CAP-062" Error "Scope Private has `addresses`.", "List the recipients.";
    PublicArea "FW-CAP-063" Error "Every `info` of a public Alert or Update names an area.", "Add `area` with a polygon, circle or geocode.";

    Headline "FW-CAP-070" Error "Every `info` of an Alert or Update has a headline.", "Add one line that says what happens where.";
    Description "FW-CAP-071" Error "Every `info` of an Alert or Update has a description.", "Say what is happening.";
    Instruction "FW-CAP-072" Error "Every `info` of an Alert or Update has an instruction.", "Say what the reader should do.";
    NotADrill "FW-CAP-073" Error "An Exercise, Test, Draft or System message nowhere says that it is real (`this is not a drill` and the like).", "Remove the words.";
    SaysExercise "FW-CAP-074" Warning "Each English headline of an Exercise, Test or Draft says so in a word.", "Begin the headline with EXERCISE, TEST or DRAFT.";
    ExerciseNote "FW-CAP-075" Warning "An Exercise names itself in `note`.", "Write the name of the exercise into `note`.";
    SaysDrill "FW-CAP-076" Error "An Actual message nowhere says that it is only an exercise, drill or test.", "Correct the status, or remove the words.";
    HeadlineLong "FW-CAP-077" Warning "A headline has at most 160 characters.", "Shorten it: many channels cut it there.";
    Placeholder "FW-CAP-078" Error "No text holds an unfilled placeholder such as {{place}}, ${place}, TODO or NaN.", "Fill the template before sending.";

    EventDiffers "FW-CAP-080" Error "Every `info` of one language names the same event.", "Send one message for each event.";
    CodesDiffer "FW-CAP-081" Error "Every `info` that has event codes has the same ones.", "Send one message for each event.";
    LanguagesDiffer "FW-CAP-082" Error "Every language says the same: categories, responses, urgency, severity, certainty and times.", "Make the language versions equal in all but words.";
    LanguageTag "FW-CAP-083" Error "A language is an RFC 5646 tag such as en or fr-CA.", "Write letters and digits in groups of at most eight, joined by hyphens.";
    NamedValueEmpty "FW-CAP-084" Error "valueName and value are not empty.", "Fill both, or remove the pair.";
    Vague "FW-CAP-085" Warning "An Actual Alert or Update knows its urgency, severity and certainty.", "Choose a value; receivers rank Unknown last.";
    Responses "FW-CAP-086" Error "AllClear and None stand alone among the response types.", "Remove the contradiction.";
    NoCategory "FW-CAP-087" Error "Every `info` has a category.", "Add one; missile warnings are Security or CBRNE.";
    Repeated "FW-CAP-088" Warning "No category, response type, event code or area code is repeated.", "Remove the repetition.";

    AreaBare "FW-CAP-100" Warning "An area has a polygon, a circle or a geocode beside its words.", "Add a shape; machines cannot route words.";
    Latitude "FW-CAP-101" Error "Latitudes lie from -90 to 90 degrees.", "Check the order: latitude comes first.";
    Longitude "FW-CAP-102" Error "Longitudes lie from -180 to 180 degrees.", "Bring the longitude into range.";
    FewPoints "FW-CAP-103" Error "A polygon has at least four points, three of them different.", "Add corners, or use a circle.";
    Open "FW-CAP-104" Error "The last point of a polygon is the first.", "Repeat the first point at the end.";
    Antimeridian "FW-CAP-105" Error "No edge of a polygon spans more than 180 degrees of longitude, so none crosses the antimeridian.", "Cut the polygon at 180 degrees into two.";
    SelfCrossing "FW-CAP-106" Error "The edges of a polygon neither cross nor touch.", "Order the corners around the boundary.";
    Radius "FW-CAP-107" Error "The radius of a circle is more than 0 and at most 20038 km, half of the equator.", "Give the radius in kilometres.";
    Finite "FW-CAP-108" Error "Coordinates, radii and heights are finite numbers.", "Find the calculation that failed.";
    FlatPolygon "FW-CAP-109" Error "A polygon encloses an area.", "Use corners that are not in one line.";
    ManyPoints "FW-CAP-110" Error "A polygon has at most 1000 points.", "Simplify the boundary; many channels allow 100.";
    Ceiling "FW-CAP-111" Error "A ceiling comes with an altitude that is not above it.", "Add `altitude`, or swap the two.";
    NullIsland "FW-CAP-112" Warning "No point is exactly at latitude 0, longitude 0.", "Check that the coordinates were filled in.";

    MimeType "FW-CAP-120" Error "mimeType is type/subtype.", "Write for instance image/png.";
    ResourceBare "FW-CAP-121" Warning "A resource has `uri` or `derefUri`.", "Say where the file is.";
    Digest "FW-CAP-122" Error "A digest is 40 hexadecimal digits (SHA-1).", "Give the SHA-1 of the file; put other digests into `parameter`.";
    WebForm "FW-CAP-123" Error "`web` is an absolute URI without spaces or control characters.", "Begin with https://.";
    UriForm "FW-CAP-124" Error "`uri` of a resource has no spaces, and derefUri is base 64.", "Encode it.";

    Reused "FW-CAP-140" Error "No sender uses an identifier twice.", "Give every message a new identifier.";
    ReferenceUnseen "FW-CAP-141" Warning "Messages referred to were seen before.", "Ask for the missing message.";
    ReferenceSent "FW-CAP-142" Error "A reference repeats `sent` of the message that it names.", "Copy the value from the message referred to.";
    AfterCancel "FW-CAP-143" Error "No message updates or cancels one that was cancelled already.", "Begin again with an Alert.";
    StatusMixed "FW-CAP-144" Error "A message has the status of the messages that it refers to.", "Never update an Actual message by an Exercise, or the reverse.";
    SenderMixed "FW-CAP-145" Warning "A message refers to messages of its own sender.", "Check that the sender may speak for the other.";
    ScopeMixed "FW-CAP-146" Warning "A message has the scope of the messages that it refers to.", "Send the end of a warning to everyone who had its beginning.";
}

<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en_US">
<context>
    <name>SpineMRI</name>
    <message>
        <source>slice</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>slices</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>Slice</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Slices</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>stack {id}</source>
        <translation>Block {id}</translation>
    </message>
    <message>
        <source>Stack</source>
        <translation>Block</translation>
    </message>
    <message>
        <source>Stacks</source>
        <translation>Blöcke</translation>
    </message>
    <message>
        <source> of stack {id}</source>
        <translation> von Block {id}</translation>
    </message>
    <message>
        <source> on slice {number}</source>
        <translation> auf Schicht {number}</translation>
    </message>
    <message>
        <source>study</source>
        <translation>Studie</translation>
    </message>
    <message>
        <source>Study</source>
        <translation>Studie</translation>
    </message>
    <message>
        <source>head</source>
        <translation>Kopf</translation>
    </message>
    <message>
        <source>feet</source>
        <translation>Füße</translation>
    </message>
    <message>
        <source>axial</source>
        <translation>axial</translation>
    </message>
    <message>
        <source>sagittal</source>
        <translation>sagittal</translation>
    </message>
    <message>
        <source>coronal</source>
        <translation>koronal</translation>
    </message>
    <message>
        <source>oblique</source>
        <translation>schräg</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>cervical</source>
        <translation>zervikal</translation>
    </message>
    <message>
        <source>thoracic</source>
        <translation>thorakal</translation>
    </message>
    <message>
        <source>lumbar</source>
        <translation>lumbal</translation>
    </message>
    <message>
        <source>region</source>
        <translation>Region</translation>
    </message>
    <message>
        <source>weighting</source>
        <translation>Wichtung</translation>
    </message>
    <message>
        <source> or </source>
        <translation> oder </translation>
    </message>
    <message>
        <source>MR</source>
        <translation>MR</translation>
    </message>
    <message>
        <source>Compression</source>
        <translation>Kompression</translation>
    </message>
    <message>
        <source>compression</source>
        <translation>Kompression</translation>
    </message>
    <message>
        <source>Bilsky grade</source>
        <translation>Bilsky-Grad</translation>
    </message>
    <message>
        <source>Kang grade</source>
        <translation>Kang-Grad</translation>
    </message>
    <message>
        <source>compressed</source>
        <translation>komprimiert</translation>
    </message>
    <message>
        <source>not compressed</source>
        <translation>nicht komprimiert</translation>
    </message>
    <message>
        <source>borderline</source>
        <translation>grenzwertig</translation>
    </message>
    <message>
        <source>not assessed</source>
        <translation>nicht beurteilt</translation>
    </message>
    <message>
        <source>low</source>
        <translation>niedrig</translation>
    </message>
    <message>
        <source>high</source>
        <translation>hoch</translation>
    </message>
    <message>
        <source>normal</source>
        <translation>unauffällig</translation>
    </message>
    <message>
        <source>abnormal</source>
        <translation>auffällig</translation>
    </message>
    <message>
        <source>more than one compressed slice</source>
        <translation>mehr als eine komprimierte Schicht</translation>
    </message>
    <message>
        <source>forced</source>
        <translation>erzwungen</translation>
    </message>
    <message>
        <source> (forced)</source>
        <translation> (erzwungen)</translation>
    </message>
    <message>
        <source>(forced)</source>
        <translation>(erzwungen)</translation>
    </message>
    <message>
        <source>forced: {reason}</source>
        <translation>erzwungen: {reason}</translation>
    </message>
    <message>
        <source>{title} was not assessed</source>
        <translation>{title} wurde nicht beurteilt</translation>
    </message>
    <message>
        <source>{title} was not assessed: {reason}</source>
        <translation>{title} wurde nicht beurteilt: {reason}</translation>
    </message>
    <message>
        <source>{name}: not assessed – {reason}</source>
        <translation>{name}: nicht beurteilt – {reason}</translation>
    </message>
    <message>
        <source>{number} of {total} slices not assessed</source>
        <translation>{number} von {total} Schichten nicht beurteilt</translation>
    </message>
    <message>
        <source>{title}: {side} on {number} of {slices}</source>
        <translation>{title}: {side} auf {number} von {slices}</translation>
    </message>
    <message>
        <source>{title} flagged on {number} of {slices}</source>
        <translation>{title} auf {number} von {slices} markiert</translation>
    </message>
    <message>
        <source>No {lower} flagged on {slices}</source>
        <translation>Keine {lower} auf {slices} markiert</translation>
    </message>
    <message>
        <source>Study {verdict} (rule: {rule})</source>
        <translation>Studie {verdict} (Regel: {rule})</translation>
    </message>
    <message>
        <source>No verdict on the study: {reason}</source>
        <translation>Kein Urteil über die Studie: {reason}</translation>
    </message>
    <message>
        <source>{value} at worst</source>
        <translation>schlimmstenfalls {value}</translation>
    </message>
    <message>
        <source>{side} grade, {worst}</source>
        <translation>Grad {side}, {worst}</translation>
    </message>
    <message>
        <source>; {value} on {slices}</source>
        <translation>; {value} auf {slices}</translation>
    </message>
    <message>
        <source>longest run {mm:.0f} mm</source>
        <translation>längste Strecke {mm:.0f} mm</translation>
    </message>
    <message>
        <source>threshold {threshold:g}, not the card's {card:g}</source>
        <translation>Schwelle {threshold:g} statt {card:g} der Karte</translation>
    </message>
    <message>
        <source>1 vertebra segmented</source>
        <translation>1 Wirbel segmentiert</translation>
    </message>
    <message>
        <source>{number} vertebrae segmented</source>
        <translation>{number} Wirbel segmentiert</translation>
    </message>
    <message>
        <source>, their levels not known</source>
        <translation>, ihre Höhe ist nicht bekannt</translation>
    </message>
    <message>
        <source>: {first} to {last}</source>
        <translation>: {first} bis {last}</translation>
    </message>
    <message>
        <source>Segmentation</source>
        <translation>Segmentierung</translation>
    </message>
    <message>
        <source>segmentation</source>
        <translation>Segmentierung</translation>
    </message>
    <message>
        <source>answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>answers</source>
        <translation>Antworten</translation>
    </message>
    <message>
        <source>reader {name}</source>
        <translation>Befunder {name}</translation>
    </message>
    <message>
        <source>A reader answered on {slices} ({answers}) and agrees with the model in each.</source>
        <translation>Ein Befunder hat zu {slices} geantwortet ({answers}) und stimmt jedes Mal mit dem Modell überein.</translation>
    </message>
    <message>
        <source>A reader answered on {slices} ({answers}) and differs from the model in {differ}.</source>
        <translation>Ein Befunder hat zu {slices} geantwortet ({answers}) und weicht {differ}-mal vom Modell ab.</translation>
    </message>
    <message>
        <source>Headline, strip and levels are the model’s.</source>
        <translation>Überschrift, Streifen und Höhen sind die des Modells.</translation>
    </message>
    <message>
        <source>made for {planes} {what} of the {where} spine</source>
        <translation>gemacht für {planes} {what} der Wirbelsäule ({where})</translation>
    </message>
    <message>
        <source>made for {planes} {what} of the spine</source>
        <translation>gemacht für {planes} {what} der Wirbelsäule</translation>
    </message>
    <message>
        <source>{plane} {what} of the {where} spine</source>
        <translation>{plane} {what} der Wirbelsäule ({where})</translation>
    </message>
    <message>
        <source>{plane} {what} of the spine</source>
        <translation>{plane} {what} der Wirbelsäule</translation>
    </message>
    <message>
        <source>known metastases</source>
        <translation>bekannte Metastasen</translation>
    </message>
    <message>
        <source>adults</source>
        <translation>Erwachsene</translation>
    </message>
    <message>
        <source>not asked for in this reading</source>
        <translation>bei dieser Auswertung nicht gefragt</translation>
    </message>
    <message>
        <source>the study has no {plane} stack</source>
        <translation>die Studie hat keinen Block in der Ebene {plane}</translation>
    </message>
    <message>
        <source>no {plane} stack can be read: {problem}</source>
        <translation>kein Block in der Ebene {plane} ist lesbar: {problem}</translation>
    </message>
    <message>
        <source>the stack cannot be read: {problem}</source>
        <translation>der Block ist nicht lesbar: {problem}</translation>
    </message>
    <message>
        <source>{made_for}; this stack is {plane}</source>
        <translation>{made_for}; dieser Block ist {plane}</translation>
    </message>
    <message>
        <source>{made_for}; this stack is {stack}</source>
        <translation>{made_for}; dieser Block ist {stack}</translation>
    </message>
    <message>
        <source>{made_for}; the {word} of this stack is not known</source>
        <translation>{made_for}; von diesem Block ist nicht bekannt: {word}</translation>
    </message>
    <message>
        <source>made for stacks of at least {least} slices; this stack has {slices}</source>
        <translation>gemacht für Blöcke mit mindestens {least} Schichten; dieser hat {slices}</translation>
    </message>
    <message>
        <source>the slice holds values that are not numbers</source>
        <translation>die Schicht enthält Werte, die keine Zahlen sind</translation>
    </message>
    <message>
        <source>the slice is one single grey value</source>
        <translation>die Schicht hat nur einen einzigen Grauwert</translation>
    </message>
    <message>
        <source>the spinal canal was not found on this slice</source>
        <translation>der Spinalkanal wurde auf dieser Schicht nicht gefunden</translation>
    </message>
    <message>
        <source>no part of the spine was found</source>
        <translation>kein Teil der Wirbelsäule wurde gefunden</translation>
    </message>
    <message>
        <source>the rule needs at least {minimum} assessed slices, and there is {assessed}</source>
        <translation>die Regel braucht mindestens {minimum} beurteilte Schichten, es gibt {assessed}</translation>
    </message>
    <message>
        <source>the reader named vertebra {vertebra} {name}</source>
        <translation>der Befunder hat Wirbel {vertebra} {name} genannt</translation>
    </message>
    <message>
        <source>the reader stated {count} lumbar vertebrae, the lowest free one {lowest}</source>
        <translation>der Befunder zählt {count} Lendenwirbel, der unterste freie ist {lowest}</translation>
    </message>
    <message>
        <source>four</source>
        <translation>vier</translation>
    </message>
    <message>
        <source>five</source>
        <translation>fünf</translation>
    </message>
    <message>
        <source>six</source>
        <translation>sechs</translation>
    </message>
    <message>
        <source>the sacrum lies below the lowest disc; a transitional vertebra cannot be excluded</source>
        <translation>unter der untersten Bandscheibe liegt das Kreuzbein; ein Übergangswirbel ist nicht auszuschließen</translation>
    </message>
    <message>
        <source>level not known: {discs} discs are too few to judge the spine's course</source>
        <translation>Höhe nicht bekannt: {discs} Bandscheiben sind zu wenige, um den Verlauf zu beurteilen</translation>
    </message>
    <message>
        <source>level not known: a vertebra lies below the lowest disc, so it need not be L5/S1</source>
        <translation>Höhe nicht bekannt: unter der untersten Bandscheibe liegt ein Wirbel, sie muss also nicht L5/S1 sein</translation>
    </message>
    <message>
        <source>level not known: a vertebra between two discs was not found</source>
        <translation>Höhe nicht bekannt: ein Wirbel zwischen zwei Bandscheiben wurde nicht gefunden</translation>
    </message>
    <message>
        <source>level not known: the discs are unevenly spaced, one may be missing</source>
        <translation>Höhe nicht bekannt: die Bandscheiben liegen ungleichmäßig, eine könnte fehlen</translation>
    </message>
    <message>
        <source>level not known: the border of the image cuts the lowest disc</source>
        <translation>Höhe nicht bekannt: der Bildrand schneidet die unterste Bandscheibe</translation>
    </message>
    <message>
        <source>level not known: the image ends too close below the lowest disc</source>
        <translation>Höhe nicht bekannt: das Bild endet zu dicht unter der untersten Bandscheibe</translation>
    </message>
    <message>
        <source>level not known: the lowest disc slopes {slope}°, unlike L5/S1</source>
        <translation>Höhe nicht bekannt: die unterste Bandscheibe ist um {slope}° geneigt, anders als L5/S1</translation>
    </message>
    <message>
        <source>level not known: the canal was not found below the lowest disc</source>
        <translation>Höhe nicht bekannt: unter der untersten Bandscheibe wurde der Kanal nicht gefunden</translation>
    </message>
    <message>
        <source>Spine MRI report</source>
        <translation>MRT-Bericht der Wirbelsäule</translation>
    </message>
    <message>
        <source>Starter model, simulated training data, not for clinical use</source>
        <translation>Startmodell, mit simulierten Bildern trainiert, nicht für klinischen Gebrauch</translation>
    </message>
    <message>
        <source>Research software, not for clinical use</source>
        <translation>Forschungssoftware, nicht für klinischen Gebrauch</translation>
    </message>
    <message>
        <source>Forced: {what} ran on images that the model was not made for</source>
        <translation>Erzwungen: {what} lief auf Bildern, für die das Modell nicht gemacht ist</translation>
    </message>
    <message>
        <source>black frame: the worst slice</source>
        <translation>schwarzer Rahmen: die schlimmste Schicht</translation>
    </message>
    <message>
        <source>below the letter:</source>
        <translation>unter dem Buchstaben:</translation>
    </message>
    <message>
        <source>Worst slice: slice {number}</source>
        <translation>Schlimmste Schicht: Schicht {number}</translation>
    </message>
    <message>
        <source>Where the network looked in that slice (class activation)</source>
        <translation>Wohin das Netz in dieser Schicht sah (Klassenaktivierung)</translation>
    </message>
    <message>
        <source>Middle slice; nothing was assessed</source>
        <translation>Mittlere Schicht; nichts wurde beurteilt</translation>
    </message>
    <message>
        <source>Verdicts along the canal; each step is one slice</source>
        <translation>Urteile entlang des Kanals; jede Stufe ist eine Schicht</translation>
    </message>
    <message>
        <source>The same in 3D, from the front and left</source>
        <translation>Dasselbe in 3D, von vorn links</translation>
    </message>
    <message>
        <source>Segmentation in the sagittal slice through the canal</source>
        <translation>Segmentierung in der sagittalen Schicht durch den Kanal</translation>
    </message>
    <message>
        <source>Segmentation in 3D</source>
        <translation>Segmentierung in 3D</translation>
    </message>
    <message>
        <source>Flagged slices, the worst first</source>
        <translation>Markierte Schichten, die schlimmste zuerst</translation>
    </message>
    <message>
        <source>Stack {id}, slice {number}</source>
        <translation>Block {id}, Schicht {number}</translation>
    </message>
    <message>
        <source>{number} more flagged slices are among all slices below.</source>
        <translation>{number} weitere markierte Schichten stehen unten bei allen Schichten.</translation>
    </message>
    <message>
        <source>A reader’s answers beside the model’s</source>
        <translation>Antworten des Befunders neben denen des Modells</translation>
    </message>
    <message>
        <source>About</source>
        <translation>Frage</translation>
    </message>
    <message>
        <source>Model says</source>
        <translation>Modell sagt</translation>
    </message>
    <message>
        <source>Reader says</source>
        <translation>Befunder sagt</translation>
    </message>
    <message>
        <source>Reader</source>
        <translation>Befunder</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>When (UTC)</source>
        <translation>Wann (UTC)</translation>
    </message>
    <message>
        <source>By level</source>
        <translation>Nach Höhe</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>Höhe</translation>
    </message>
    <message>
        <source>Highest P</source>
        <translation>Höchstes P</translation>
    </message>
    <message>
        <source>{number} of {total}</source>
        <translation>{number} von {total}</translation>
    </message>
    <message>
        <source>The vertebral levels of these slices are not known</source>
        <translation>Die Höhe dieser Schichten ist nicht bekannt</translation>
    </message>
    <message>
        <source>The vertebral levels of stack {ids} are not known</source>
        <translation>Die Höhe von Block {ids} ist nicht bekannt</translation>
    </message>
    <message>
        <source>no segmentation in the same frame of reference names them. They are not guessed.</source>
        <translation>keine Segmentierung im selben Bezugssystem benennt sie. Geraten wird sie nicht.</translation>
    </message>
    <message>
        <source>Levels counted from {name}</source>
        <translation>Höhen von {name} an gezählt</translation>
    </message>
    <message>
        <source>Structure</source>
        <translation>Struktur</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>vertebra</source>
        <translation>Wirbel</translation>
    </message>
    <message>
        <source>disc</source>
        <translation>Bandscheibe</translation>
    </message>
    <message>
        <source>canal</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>Volume (ml)</source>
        <translation>Volumen (ml)</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>Label</translation>
    </message>
    <message>
        <source>cut by the image’s border</source>
        <translation>vom Bildrand geschnitten</translation>
    </message>
    <message>
        <source>Not assessed, and why</source>
        <translation>Nicht beurteilt, und warum</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Wo</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>Warnungen</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Question or task</source>
        <translation>Frage oder Aufgabe</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>Schwelle</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>Grenzen</translation>
    </message>
    <message>
        <source>(starter)</source>
        <translation>(Startmodell)</translation>
    </message>
    <message>
        <source>No model answered.</source>
        <translation>Kein Modell hat geantwortet.</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>Beschreibung</translation>
    </message>
    <message>
        <source>Plane</source>
        <translation>Ebene</translation>
    </message>
    <message>
        <source>Weighting</source>
        <translation>Wichtung</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Region</translation>
    </message>
    <message>
        <source>Used for</source>
        <translation>Verwendet für</translation>
    </message>
    <message>
        <source>, fat saturated</source>
        <translation>, fettgesättigt</translation>
    </message>
    <message>
        <source>All slices</source>
        <translation>Alle Schichten</translation>
    </message>
    <message>
        <source>Interval</source>
        <translation>Intervall</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>frame</source>
        <translation>Frame</translation>
    </message>
    <message>
        <source>Slices are counted from 1 here and from 0 in findings.csv and findings.json</source>
        <translation>Schichten zählen hier ab 1, in findings.csv und findings.json ab 0</translation>
    </message>
    <message>
        <source>Pictures show the patient’s right on the left.</source>
        <translation>Bilder zeigen die rechte Seite des Patienten links.</translation>
    </message>
    <message>
        <source>Slice {n}</source>
        <translation>Schicht {n}</translation>
    </message>
    <message>
        <source>P</source>
        <translation>P</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>Urteil</translation>
    </message>
    <message>
        <source>Grade</source>
        <translation>Grad</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Prüfung</translation>
    </message>
    <message>
        <source>Volume:</source>
        <translation>Volumen:</translation>
    </message>
    <message>
        <source>Folder:</source>
        <translation>Ordner:</translation>
    </message>
    <message>
        <source>Load DICOM…</source>
        <translation>DICOM laden…</translation>
    </message>
    <message>
        <source>Stack:</source>
        <translation>Block:</translation>
    </message>
    <message>
        <source>Run anyway</source>
        <translation>Trotzdem auswerten</translation>
    </message>
    <message>
        <source>Weighting:</source>
        <translation>Wichtung:</translation>
    </message>
    <message>
        <source>Region:</source>
        <translation>Region:</translation>
    </message>
    <message>
        <source>Compression:</source>
        <translation>Kompression:</translation>
    </message>
    <message>
        <source>Grading:</source>
        <translation>Grad:</translation>
    </message>
    <message>
        <source>Threshold:</source>
        <translation>Schwelle:</translation>
    </message>
    <message>
        <source>Device:</source>
        <translation>Gerät:</translation>
    </message>
    <message>
        <source>Read</source>
        <translation>Auswerten</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>◀ Flagged</source>
        <translation>◀ Markierte</translation>
    </message>
    <message>
        <source>Flagged ▶</source>
        <translation>Markierte ▶</translation>
    </message>
    <message>
        <source>Unreviewed ▶</source>
        <translation>Ungeprüfte ▶</translation>
    </message>
    <message>
        <source>Plot P along the stack</source>
        <translation>P entlang des Blocks zeichnen</translation>
    </message>
    <message>
        <source>Reader:</source>
        <translation>Befunder:</translation>
    </message>
    <message>
        <source>Slices:</source>
        <translation>Schichten:</translation>
    </message>
    <message>
        <source>Answer:</source>
        <translation>Antwort:</translation>
    </message>
    <message>
        <source>Grade:</source>
        <translation>Grad:</translation>
    </message>
    <message>
        <source>Reason:</source>
        <translation>Grund:</translation>
    </message>
    <message>
        <source>Agree with the model</source>
        <translation>Dem Modell zustimmen</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Export:</source>
        <translation>Export:</translation>
    </message>
    <message>
        <source>Region of interest</source>
        <translation>Bildausschnitt</translation>
    </message>
    <message>
        <source>Display</source>
        <translation>Anzeige</translation>
    </message>
    <message>
        <source>Ring</source>
        <translation>Ring</translation>
    </message>
    <message>
        <source>Ladder</source>
        <translation>Leiter</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>Legend</source>
        <translation>Legende</translation>
    </message>
    <message>
        <source>Layout:</source>
        <translation>Ansicht:</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Bericht</translation>
    </message>
    <message>
        <source>Report…</source>
        <translation>Bericht…</translation>
    </message>
    <message>
        <source>Copy verdict</source>
        <translation>Urteil kopieren</translation>
    </message>
    <message>
        <source>(key {key})</source>
        <translation>(Taste {key})</translation>
    </message>
    <message>
        <source>{n} of {m} slices reviewed</source>
        <translation>{n} von {m} Schichten geprüft</translation>
    </message>
    <message>
        <source>Looking for stacks…</source>
        <translation>Blöcke werden gesucht…</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Not assessed: {reason}.</source>
        <translation>Nicht beurteilt: {reason}.</translation>
    </message>
    <message>
        <source>Not assessed: {reason}</source>
        <translation>Nicht beurteilt: {reason}</translation>
    </message>
    <message>
        <source>A model is made for it.</source>
        <translation>Ein Modell ist dafür gemacht.</translation>
    </message>
    <message>
        <source>Choose a volume, or drop a folder of DICOM here.</source>
        <translation>Wählen Sie ein Volumen, oder legen Sie einen DICOM-Ordner hier ab.</translation>
    </message>
    <message>
        <source>{vertebrae} vertebrae ({levels}), {discs} discs</source>
        <translation>{vertebrae} Wirbel ({levels}), {discs} Bandscheiben</translation>
    </message>
    <message>
        <source>levels not known</source>
        <translation>Höhe nicht bekannt</translation>
    </message>
    <message>
        <source>the lowest disc is whole, slopes {slope}° like L5/S1, and below it the canal goes on without another vertebra; a transitional vertebra cannot be excluded</source>
        <translation>die unterste Bandscheibe ist ganz, wie L5/S1 um {slope}° geneigt, und unter ihr geht der Kanal ohne weiteren Wirbel weiter; ein Übergangswirbel ist nicht auszuschließen</translation>
    </message>
</context>
</TS>

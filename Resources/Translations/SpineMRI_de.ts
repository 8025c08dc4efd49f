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
        <source>unlike the images that the model knows</source>
        <translation>anders als die Bilder, die das Modell kennt</translation>
    </message>
    <message>
        <source>the stack is unlike the images that the model knows</source>
        <translation>der Block ist anders als die Bilder, die das Modell kennt</translation>
    </message>
    <message>
        <source>the stack looks like another weighting or heavy motion, unlike the images that the model knows</source>
        <translation>der Block sieht nach einer anderen Wichtung oder starker Bewegung aus, anders als die Bilder, die das Modell kennt</translation>
    </message>
    <message>
        <source>{first} ({first_value}) and {second} ({second_value}) contradict each other</source>
        <translation>{first} ({first_value}) und {second} ({second_value}) widersprechen einander</translation>
    </message>
    <message>
        <source>Answers contradict each other on {slices} ({where})</source>
        <translation>Antworten widersprechen einander auf {slices} ({where})</translation>
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
        <source>{first} or {last}</source>
        <translation>{first} oder {last}</translation>
    </message>
    <message>
        <source>{first} to {last}</source>
        <translation>{first} bis {last}</translation>
    </message>
    <message>
        <source>patient</source>
        <translation>Patient</translation>
    </message>
    <message>
        <source>patients</source>
        <translation>Patienten</translation>
    </message>
    <message>
        <source>uncertain</source>
        <translation>unsicher</translation>
    </message>
    <message>
        <source>{title}: more than one answer is possible on {number} of {slices}</source>
        <translation>{title}: mehr als eine Antwort ist möglich auf {number} von {slices}</translation>
    </message>
    <message>
        <source>{model}: the possible answers hold the true one in {share:.0%} of the slices of each answer, on images like those of {patients} ({data}). Nothing is promised of others.</source>
        <translation>{model}: Die möglichen Antworten enthalten die wahre in {share:.0%} der Schichten jeder Antwort, auf Bildern wie denen von {patients} ({data}). Von anderen wird nichts versprochen.</translation>
    </message>
    <message>
        <source>Several colours side by side along an edge: all are possible.</source>
        <translation>Mehrere Farben nebeneinander an einer Kante: Alle sind möglich.</translation>
    </message>
    <message>
        <source>Possible answers</source>
        <translation>Mögliche Antworten</translation>
    </message>
    <message>
        <source>{share:.0%} hold the true one, on images like those of {patients} patients ({data}). Nothing is promised of others.</source>
        <translation>{share:.0%} enthalten die wahre, auf Bildern wie denen von {patients} Patienten ({data}). Von anderen wird nichts versprochen.</translation>
    </message>
    <message>
        <source>possible: {values}</source>
        <translation>möglich: {values}</translation>
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
    <message>
        <source>the reader named a level {name}, counting {thoracic} thoracic and {lumbar} lumbar vertebrae</source>
        <translation>der Befunder hat eine Höhe als {name} benannt, bei {thoracic} Brust- und {lumbar} Lendenwirbeln</translation>
    </message>
    <message>
        <source>counted from C2 downward</source>
        <translation>von C2 an abwärts gezählt</translation>
    </message>
    <message>
        <source>counted from the sacrum upward; a transitional vertebra cannot be excluded</source>
        <translation>vom Kreuzbein an aufwärts gezählt; ein Übergangswirbel ist nicht auszuschließen</translation>
    </message>
    <message>
        <source>counted from C2 and from the sacrum, and both counts meet: {count} free vertebrae</source>
        <translation>von C2 und vom Kreuzbein an gezählt, beide Zählungen treffen sich: {count} freie Wirbel</translation>
    </message>
    <message>
        <source>level not known: neither C2 nor the sacrum was seen</source>
        <translation>Höhe nicht bekannt: weder C2 noch das Kreuzbein war zu sehen</translation>
    </message>
    <message>
        <source>level not known: what was seen is too unsure to count</source>
        <translation>Höhe nicht bekannt: was zu sehen war, ist zum Zählen zu unsicher</translation>
    </message>
    <message>
        <source>the axial slices look like the {picture} spine, and the header says {header}; without levels of a sagittal series the header counts</source>
        <translation>die axialen Schichten sehen aus wie: {picture}, die Kopfdaten sagen: {header}; ohne Höhen einer sagittalen Serie gelten die Kopfdaten</translation>
    </message>
    <message>
        <source>The lumbar segmentation calls {segmented} what the levels of the sagittal series call {localised}; they do not agree</source>
        <translation>Die lumbale Segmentierung nennt {segmented}, was nach den Höhen der sagittalen Serie {localised} ist; beide stimmen nicht überein</translation>
    </message>
    <message>
        <source> and </source>
        <translation> und </translation>
    </message>
    <message>
        <source>{title} flagged at {levels}</source>
        <translation>{title}: auffällig in Höhe {levels}</translation>
    </message>
    <message>
        <source>, worst at {level}</source>
        <translation>, am stärksten in Höhe {level}</translation>
    </message>
    <message>
        <source>This level is…</source>
        <translation>Diese Höhe ist …</translation>
    </message>
    <message>
        <source>A vertebra, or the disc between two.</source>
        <translation>Ein Wirbel oder die Bandscheibe zwischen zweien.</translation>
    </message>
    <message>
        <source>How many the patient has; other numbers than 12 and 5 are transitional anatomy.</source>
        <translation>Wie viele der Patient hat; andere Zahlen als 12 und 5 sind Übergangsanatomie.</translation>
    </message>
    <message>
        <source>Ctrl+Z in the strip takes it back.</source>
        <translation>Strg+Z im Streifen nimmt es zurück.</translation>
    </message>
    <message>
        <source>This one is:</source>
        <translation>Dies ist:</translation>
    </message>
    <message>
        <source>Thoracic vertebrae:</source>
        <translation>Brustwirbel:</translation>
    </message>
    <message>
        <source>Lumbar vertebrae:</source>
        <translation>Lendenwirbel:</translation>
    </message>
    <message>
        <source>{where}, now {level}. All levels of the study follow.</source>
        <translation>{where}, bisher {level}. Alle Höhen der Studie folgen.</translation>
    </message>
    <message>
        <source>Name all levels</source>
        <translation>Alle Höhen benennen</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>nicht bekannt</translation>
    </message>
    <message>
        <source>No slice is shown</source>
        <translation>Keine Schicht ist zu sehen</translation>
    </message>
    <message>
        <source>This view shows no stack of the study</source>
        <translation>Diese Ansicht zeigt keinen Block der Studie</translation>
    </message>
    <message>
        <source>slice {n} of stack {id}</source>
        <translation>Schicht {n} von Block {id}</translation>
    </message>
    <message>
        <source>Read a study, or choose one.</source>
        <translation>Befunden Sie eine Studie, oder wählen Sie eine.</translation>
    </message>
    <message>
        <source>Point at one of its slices.</source>
        <translation>Zeigen Sie auf eine ihrer Schichten.</translation>
    </message>
    <message>
        <source>No vertebrae were found on a sagittal series, so that the others cannot be counted</source>
        <translation>Auf keiner sagittalen Serie wurden Wirbel gefunden, so dass die anderen nicht gezählt werden können</translation>
    </message>
    <message>
        <source>No vertebra was seen here on the sagittal series</source>
        <translation>Hier war auf der sagittalen Serie kein Wirbel zu sehen</translation>
    </message>
    <message>
        <source>Read the study with a model for levels.</source>
        <translation>Befunden Sie die Studie mit einem Modell für Höhen.</translation>
    </message>
    <message>
        <source>Name the level on another stack.</source>
        <translation>Benennen Sie die Höhe in einem anderen Block.</translation>
    </message>
    <message>
        <source>Name a level that they show.</source>
        <translation>Benennen Sie eine Höhe, die sie zeigt.</translation>
    </message>
    <message>
        <source>Say for example C5, C5/C6 or L5/S1.</source>
        <translation>Sagen Sie zum Beispiel C5, C5/C6 oder L5/S1.</translation>
    </message>
    <message>
        <source>Stack {id} does not lie where the sagittal series do, so that its slices have no level</source>
        <translation>Block {id} liegt nicht dort, wo die sagittalen Serien liegen, so dass seine Schichten keine Höhe haben</translation>
    </message>
    <message>
        <source>{name} is no level of such a spine</source>
        <translation>{name} ist keine Höhe einer solchen Wirbelsäule</translation>
    </message>
    <message>
        <source>The level that the reader named ({name}) does not fit this reading: {why}</source>
        <translation>Was der Befunder von den Höhen gesagt hat ({name}), passt nicht zu diesem Befund: {why}</translation>
    </message>
    <message>
        <source>Level:</source>
        <translation>Höhe:</translation>
    </message>
    <message>
        <source>Says which level this slice is, so that all others of the study get their names anew (key L, also over a slice view).</source>
        <translation>Sagt, welche Höhe diese Schicht hat, so dass alle anderen der Studie neu benannt werden (Taste L, auch über einer Schichtansicht).</translation>
    </message>
    <message>
        <source>This one is…  L</source>
        <translation>Dies ist …  L</translation>
    </message>
    <message>
        <source>What does not agree in this study.</source>
        <translation>Was in dieser Studie nicht übereinstimmt.</translation>
    </message>
    <message>
        <source>Choose a volume of the scene</source>
        <translation>Ein Volumen der Szene wählen</translation>
    </message>
    <message>
        <source>Level, probability and grade beside the ring, and the levels' names along the spine.</source>
        <translation>Höhe, Wahrscheinlichkeit und Grad neben dem Ring, und die Namen der Höhen entlang der Wirbelsäule.</translation>
    </message>
    <message>
        <source>Outcome (research only)</source>
        <translation>Verlauf (nur Forschung)</translation>
    </message>
    <message>
        <source>How severe the disease is, or what becomes of the patient, by a model of a cohort of yours. Not for decisions.</source>
        <translation>Wie schwer die Krankheit ist oder was aus dem Patienten wird, nach einem Modell Ihrer Kohorte. Nicht für Entscheidungen.</translation>
    </message>
    <message>
        <source>Model…</source>
        <translation>Modell …</translation>
    </message>
    <message>
        <source>Chooses the folder of a model of an outcome.</source>
        <translation>Wählt den Ordner eines Verlaufsmodells.</translation>
    </message>
    <message>
        <source>No model is chosen. Research only, not for decisions.</source>
        <translation>Kein Modell ist gewählt. Nur Forschung, nicht für Entscheidungen.</translation>
    </message>
    <message>
        <source>What the model predicts, and what it learnt from.</source>
        <translation>Was das Modell vorhersagt und woraus es gelernt hat.</translation>
    </message>
    <message>
        <source>Type what is known of the patient; leave the rest empty. What the reading says stands there already. Nothing of it is saved.</source>
        <translation>Tragen Sie ein, was vom Patienten bekannt ist; lassen Sie den Rest leer. Was der Befund sagt, steht schon da. Nichts davon wird gespeichert.</translation>
    </message>
    <message>
        <source>Predict</source>
        <translation>Vorhersagen</translation>
    </message>
    <message>
        <source>Asks the model of this patient.</source>
        <translation>Fragt das Modell nach diesem Patienten.</translation>
    </message>
    <message>
        <source>Even if unlike its patients</source>
        <translation>Auch wenn anders als seine Patienten</translation>
    </message>
    <message>
        <source>Answers although the patient is unlike those that the model learnt from; the answer is marked as forced.</source>
        <translation>Antwortet, obwohl der Patient anders ist als die, aus denen das Modell gelernt hat; die Antwort ist als erzwungen bezeichnet.</translation>
    </message>
    <message>
        <source>The answer with its interval, what drove it, what is missing, and the model's patients beside this one.</source>
        <translation>Die Antwort mit ihrem Intervall, was sie bestimmt hat, was fehlt, und die Patienten des Modells neben diesem.</translation>
    </message>
    <message>
        <source>Choose the folder of a model of outcomes</source>
        <translation>Ordner eines Verlaufsmodells wählen</translation>
    </message>
    <message>
        <source>{question}. {title}, learnt from {patients} patients. {notice}</source>
        <translation>{question}. {title}, aus {patients} Patienten gelernt. {notice}</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>Angabe</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Not answered: {why}</source>
        <translation>Nicht beantwortet: {why}</translation>
    </message>
    <message>
        <source>Probability {text}</source>
        <translation>Wahrscheinlichkeit {text}</translation>
    </message>
    <message>
        <source>Learnt from {patients} of {sites}; 95 % intervals.</source>
        <translation>Aus {patients} von {sites} gelernt; 95-%-Intervalle.</translation>
    </message>
    <message>
        <source>FORCED in spite of: {why}</source>
        <translation>ERZWUNGEN trotz: {why}</translation>
    </message>
    <message>
        <source>{title} is missing: with it the answer would lie between {low} and {high}</source>
        <translation>{title} fehlt: damit läge die Antwort zwischen {low} und {high}</translation>
    </message>
    <message>
        <source>{title} {shown}: as in {share} % of the patients that the model learnt from</source>
        <translation>{title} {shown}: wie bei {share} % der Patienten, aus denen das Modell gelernt hat</translation>
    </message>
    <message>
        <source>{title} {shown}: higher than in {share} % of the patients that the model learnt from</source>
        <translation>{title} {shown}: höher als bei {share} % der Patienten, aus denen das Modell gelernt hat</translation>
    </message>
    <message>
        <source>{title} {shown}: lower than in {share} % of the patients that the model learnt from</source>
        <translation>{title} {shown}: niedriger als bei {share} % der Patienten, aus denen das Modell gelernt hat</translation>
    </message>
    <message>
        <source>Send to an archive</source>
        <translation>An ein Archiv senden</translation>
    </message>
    <message>
        <source>Sends results as DICOM objects of the same patient and study.</source>
        <translation>Sendet Ergebnisse als DICOM-Objekte desselben Patienten und derselben Studie.</translation>
    </message>
    <message>
        <source>What can be sent of the study that is shown.</source>
        <translation>Was von der gezeigten Studie gesendet werden kann.</translation>
    </message>
    <message>
        <source>The segments on the original slices, with their codes (DICOM SEG).</source>
        <translation>Die Segmente auf den Originalschichten, mit ihren Codes (DICOM SEG).</translation>
    </message>
    <message>
        <source>Every answer and size, a reader’s beside the models’ (structured report, TID 1500).</source>
        <translation>Jede Antwort und Größe, die des Befunders neben denen der Modelle (strukturierter Bericht, TID 1500).</translation>
    </message>
    <message>
        <source>Key images</source>
        <translation>Schlüsselbilder</translation>
    </message>
    <message>
        <source>The flagged slices (Key Object Selection).</source>
        <translation>Die auffälligen Schichten (Key Object Selection).</translation>
    </message>
    <message>
        <source>Ring and letters</source>
        <translation>Ring und Buchstaben</translation>
    </message>
    <message>
        <source>Ring, letter, level and probability over the original slices (presentation state).</source>
        <translation>Ring, Buchstabe, Höhe und Wahrscheinlichkeit über den Originalschichten (Presentation State).</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Pictures of the views with the notice burnt in, for viewers that show nothing else.</source>
        <translation>Bilder der Ansichten mit eingebranntem Hinweis, für Betrachter, die nichts anderes zeigen.</translation>
    </message>
    <message>
        <source>Label map</source>
        <translation>Labelkarte</translation>
    </message>
    <message>
        <source>The segmentation as a label map, too; an archive that does not know it gets the other one.</source>
        <translation>Die Segmentierung auch als Labelkarte; ein Archiv, das sie nicht kennt, bekommt die andere.</translation>
    </message>
    <message>
        <source>Images:</source>
        <translation>Bilder:</translation>
    </message>
    <message>
        <source>The DICOM images that were read, a folder or a zip. Empty: those of Slicer’s DICOM database.</source>
        <translation>Die befundeten DICOM-Bilder, ein Ordner oder ein Zip. Leer: die aus Slicers DICOM-Datenbank.</translation>
    </message>
    <message>
        <source>To:</source>
        <translation>An:</translation>
    </message>
    <message>
        <source>An archive that this computer knows.</source>
        <translation>Ein Archiv, das dieser Rechner kennt.</translation>
    </message>
    <message>
        <source>Add…</source>
        <translation>Hinzufügen …</translation>
    </message>
    <message>
        <source>Adds an archive to the list, or changes the one of the same name.</source>
        <translation>Fügt der Liste ein Archiv hinzu oder ändert das gleichen Namens.</translation>
    </message>
    <message>
        <source>An archive that is not in the list yet.</source>
        <translation>Ein Archiv, das noch nicht in der Liste steht.</translation>
    </message>
    <message>
        <source>Name:</source>
        <translation>Name:</translation>
    </message>
    <message>
        <source>What you call the archive: letters, digits, - and _.</source>
        <translation>Wie Sie das Archiv nennen: Buchstaben, Ziffern, - und _.</translation>
    </message>
    <message>
        <source>Address:</source>
        <translation>Adresse:</translation>
    </message>
    <message>
        <source>TITLE@host:port of a DICOM archive, or https://… of a DICOMweb server. A user name, a certificate or another title of ours: see the documentation.</source>
        <translation>TITEL@Rechner:Port eines DICOM-Archivs oder https://… eines DICOMweb-Servers. Benutzername, Zertifikat oder ein anderer eigener Titel: siehe Dokumentation.</translation>
    </message>
    <message>
        <source>Encrypt (TLS)</source>
        <translation>Verschlüsseln (TLS)</translation>
    </message>
    <message>
        <source>Encrypts a DICOM connection; a web address says it by https.</source>
        <translation>Verschlüsselt eine DICOM-Verbindung; eine Webadresse sagt es mit https.</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Writes the archive into this computer’s list.</source>
        <translation>Schreibt das Archiv in die Liste dieses Rechners.</translation>
    </message>
    <message>
        <source>Sign the report</source>
        <translation>Bericht unterschreiben</translation>
    </message>
    <message>
        <source>The report is then verified and final, with your name; otherwise it is preliminary and unverified.</source>
        <translation>Der Bericht ist dann geprüft und endgültig, mit Ihrem Namen; sonst ist er vorläufig und ungeprüft.</translation>
    </message>
    <message>
        <source>Who verifies the report.</source>
        <translation>Wer den Bericht prüft.</translation>
    </message>
    <message>
        <source>Your name, as it stands in the report.</source>
        <translation>Ihr Name, wie er im Bericht steht.</translation>
    </message>
    <message>
        <source>Organization:</source>
        <translation>Einrichtung:</translation>
    </message>
    <message>
        <source>Whose report it is. Empty: the institution that the images name.</source>
        <translation>Wessen Bericht es ist. Leer: die Einrichtung, die die Bilder nennen.</translation>
    </message>
    <message>
        <source>Send…</source>
        <translation>Senden …</translation>
    </message>
    <message>
        <source>Makes the chosen objects and sends them, after a question.</source>
        <translation>Erzeugt die gewählten Objekte und sendet sie nach einer Rückfrage.</translation>
    </message>
    <message>
        <source>What is done now.</source>
        <translation>Was gerade geschieht.</translation>
    </message>
    <message>
        <source>What became of the last sending.</source>
        <translation>Was aus dem letzten Senden wurde.</translation>
    </message>
    <message>
        <source>What became of each object.</source>
        <translation>Was aus jedem Objekt wurde.</translation>
    </message>
    <message>
        <source>Send the rest</source>
        <translation>Den Rest senden</translation>
    </message>
    <message>
        <source>Sends what the archive does not have yet, to the same archive.</source>
        <translation>Sendet, was das Archiv noch nicht hat, an dasselbe Archiv.</translation>
    </message>
    <message>
        <source>Read a study first.</source>
        <translation>Befunden Sie zuerst eine Studie.</translation>
    </message>
    <message>
        <source>No archive is known yet. Add one here.</source>
        <translation>Noch ist kein Archiv bekannt. Fügen Sie hier eines hinzu.</translation>
    </message>
    <message>
        <source>This study was not read from DICOM, so there is no patient and no study in DICOM that its results could go with.</source>
        <translation>Diese Studie wurde nicht aus DICOM gelesen; es gibt also in DICOM keinen Patienten und keine Studie, zu denen ihre Ergebnisse gehören könnten.</translation>
    </message>
    <message>
        <source>The results go as new series into the patient’s study. Nothing is sent before you confirm it.</source>
        <translation>Die Ergebnisse kommen als neue Serien in die Studie des Patienten. Nichts wird gesendet, bevor Sie es bestätigen.</translation>
    </message>
    <message>
        <source>Choose at least one object.</source>
        <translation>Wählen Sie mindestens ein Objekt.</translation>
    </message>
    <message>
        <source>Say who signs.</source>
        <translation>Sagen Sie, wer unterschreibt.</translation>
    </message>
    <message>
        <source>Send {n} kinds of objects of this patient to {where}?</source>
        <translation>{n} Arten von Objekten dieses Patienten an {where} senden?</translation>
    </message>
    <message>
        <source>The images are not in Slicer’s DICOM database</source>
        <translation>Die Bilder sind nicht in Slicers DICOM-Datenbank</translation>
    </message>
    <message>
        <source>These results hold nothing that the chosen objects could say.</source>
        <translation>Diese Ergebnisse enthalten nichts, was die gewählten Objekte sagen könnten.</translation>
    </message>
    <message>
        <source>{n} of {all} objects are not in the archive.</source>
        <translation>{n} von {all} Objekten sind nicht im Archiv.</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>Abgebrochen.</translation>
    </message>
    <message>
        <source>not encrypted</source>
        <translation>nicht verschlüsselt</translation>
    </message>
    <message>
        <source>An address is TITLE@host:port, or begins with https://.</source>
        <translation>Eine Adresse ist TITEL@Rechner:Port oder beginnt mit https://.</translation>
    </message>
    <message>
        <source>{name} is in the list now.</source>
        <translation>{name} steht jetzt in der Liste.</translation>
    </message>
    <message>
        <source>Name the folder that they are in, under Images.</source>
        <translation>Nennen Sie unter Bilder den Ordner, in dem sie liegen.</translation>
    </message>
    <message>
        <source>The archive has them.</source>
        <translation>Das Archiv hat sie.</translation>
    </message>
    <message>
        <source>The report is signed by {name}.</source>
        <translation>Der Bericht ist von {name} unterschrieben.</translation>
    </message>
    <message>
        <source>sent</source>
        <translation>gesendet</translation>
    </message>
    <message>
        <source>there already</source>
        <translation>schon da</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>abgelehnt</translation>
    </message>
    <message>
        <source>left out</source>
        <translation>ausgelassen</translation>
    </message>
    <message>
        <source>not sent</source>
        <translation>nicht gesendet</translation>
    </message>
    <message>
        <source>nothing to say</source>
        <translation>nichts zu sagen</translation>
    </message>
    <message>
        <source>Narrowest at {level}: {sizes}</source>
        <translation>Engste Stelle bei {level}: {sizes}</translation>
    </message>
    <message>
        <source>canal {area}, {depth} front to back</source>
        <translation>Kanal {area}, {depth} von vorn nach hinten</translation>
    </message>
    <message>
        <source>Narrowest {place}: {title} {value}, {percent} % below the mean of {others}</source>
        <translation>Engste Stelle {place}: {title} {value}, {percent} % unter dem Mittel von {others}</translation>
    </message>
    <message>
        <source>Narrowest {place}: {title} {value}, not below the mean of {others}</source>
        <translation>Engste Stelle {place}: {title} {value}, nicht unter dem Mittel von {others}</translation>
    </message>
    <message>
        <source>below P 1</source>
        <translation>unter P 1</translation>
    </message>
    <message>
        <source>above P 99</source>
        <translation>über P 99</translation>
    </message>
    <message>
        <source>P {number}</source>
        <translation>P {number}</translation>
    </message>
    <message>
        <source>the network and the equation of the cord’s shape disagree</source>
        <translation>das Netz und die Gleichung der Markform sind nicht einig</translation>
    </message>
    <message>
        <source>slice {number}</source>
        <translation>Schicht {number}</translation>
    </message>
    <message>
        <source>at {level}</source>
        <translation>bei {level}</translation>
    </message>
    <message>
        <source>on {slice}</source>
        <translation>auf {slice}</translation>
    </message>
    <message>
        <source>Narrowest at {level}: {lower} {value}</source>
        <translation>Engste Stelle bei {level}: {lower} {value}</translation>
    </message>
    <message>
        <source>{values} at {number} of {total} levels</source>
        <translation>{values} auf {number} von {total} Höhen</translation>
    </message>
    <message>
        <source>{value} at {level}, the narrowest</source>
        <translation>{value} bei {level}, der engsten</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>{title}, healthy: {words}</source>
        <translation>{title}, Gesunde: {words}</translation>
    </message>
    <message>
        <source>Cord area</source>
        <translation>Markfläche</translation>
    </message>
    <message>
        <source>Cord AP</source>
        <translation>Mark AP</translation>
    </message>
    <message>
        <source>Cord width</source>
        <translation>Markbreite</translation>
    </message>
    <message>
        <source>Compression ratio</source>
        <translation>Kompressionsverhältnis</translation>
    </message>
    <message>
        <source>Solidity</source>
        <translation>Solidität</translation>
    </message>
    <message>
        <source>Eccentricity</source>
        <translation>Exzentrizität</translation>
    </message>
    <message>
        <source>Asymmetry</source>
        <translation>Asymmetrie</translation>
    </message>
    <message>
        <source>Torsion</source>
        <translation>Torsion</translation>
    </message>
    <message>
        <source>Sac area</source>
        <translation>Durasackfläche</translation>
    </message>
    <message>
        <source>Sac AP</source>
        <translation>Durasack AP</translation>
    </message>
    <message>
        <source>aSCOR</source>
        <translation>aSCOR</translation>
    </message>
    <message>
        <source>MSCC</source>
        <translation>MSCC</translation>
    </message>
    <message>
        <source>MCC</source>
        <translation>MCC</translation>
    </message>
    <message>
        <source>Canal area</source>
        <translation>Kanalfläche</translation>
    </message>
    <message>
        <source>Canal AP</source>
        <translation>Kanal AP</translation>
    </message>
    <message>
        <source>Disc height</source>
        <translation>Bandscheibenhöhe</translation>
    </message>
    <message>
        <source>Disc bulge</source>
        <translation>Bandscheibenvorwölbung</translation>
    </message>
    <message>
        <source>Slip</source>
        <translation>Wirbelgleiten</translation>
    </message>
    <message>
        <source>Slip (Meyerding)</source>
        <translation>Wirbelgleiten (Meyerding)</translation>
    </message>
    <message>
        <source>Segmental angle</source>
        <translation>Segmentwinkel</translation>
    </message>
    <message>
        <source>Front height</source>
        <translation>Vorderhöhe</translation>
    </message>
    <message>
        <source>Middle height</source>
        <translation>Mittelhöhe</translation>
    </message>
    <message>
        <source>Back height</source>
        <translation>Hinterhöhe</translation>
    </message>
    <message>
        <source>Height ratio</source>
        <translation>Höhenverhältnis</translation>
    </message>
    <message>
        <source>Lordosis L1–L5</source>
        <translation>Lordose L1–L5</translation>
    </message>
    <message>
        <source>Area of the spinal cord, at a right angle to the canal.</source>
        <translation>Fläche des Rückenmarks, im rechten Winkel zum Kanal.</translation>
    </message>
    <message>
        <source>Diameter of the spinal cord from front to back, at a right angle to the canal.</source>
        <translation>Durchmesser des Rückenmarks von vorn nach hinten, im rechten Winkel zum Kanal.</translation>
    </message>
    <message>
        <source>Diameter of the spinal cord from left to right, at a right angle to the canal.</source>
        <translation>Durchmesser des Rückenmarks von links nach rechts, im rechten Winkel zum Kanal.</translation>
    </message>
    <message>
        <source>Cord AP as a share of cord width.</source>
        <translation>Mark AP als Anteil der Markbreite.</translation>
    </message>
    <message>
        <source>Cord area as a share of the smallest convex area around it; a dent makes it smaller.</source>
        <translation>Markfläche als Anteil der kleinsten konvexen Fläche um sie; eine Delle macht sie kleiner.</translation>
    </message>
    <message>
        <source>Eccentricity of the ellipse with the cord's second moments: 0 of a circle, towards 1 of a flat cord.</source>
        <translation>Exzentrizität der Ellipse mit den zweiten Momenten des Marks: 0 eines Kreises, gegen 1 eines flachen Marks.</translation>
    </message>
    <message>
        <source>Share of the cord's area that its mirror image, left for right about its centre, does not cover.</source>
        <translation>Anteil der Markfläche, den ihr Spiegelbild (links für rechts um ihre Mitte) nicht deckt.</translation>
    </message>
    <message>
        <source>Mean change of the cord's long axis from slice to slice, over three slices to each side.</source>
        <translation>Mittlere Drehung der langen Achse des Marks von Schicht zu Schicht, über drei Schichten nach jeder Seite.</translation>
    </message>
    <message>
        <source>Area of the dural sac with all that it holds, at a right angle to it.</source>
        <translation>Fläche des Durasacks mit allem, was er enthält, im rechten Winkel zu ihm.</translation>
    </message>
    <message>
        <source>Diameter of the dural sac from front to back, at a right angle to it.</source>
        <translation>Durchmesser des Durasacks von vorn nach hinten, im rechten Winkel zu ihm.</translation>
    </message>
    <message>
        <source>Cord area as a share of the dural sac's area (occupation ratio).</source>
        <translation>Markfläche als Anteil der Durasackfläche (Füllungsgrad).</translation>
    </message>
    <message>
        <source>Maximum spinal cord compression: how much smaller cord AP is at its narrowest than the mean of the nearest normal levels above and below.</source>
        <translation>Größte Kompression des Rückenmarks: um wie viel Mark AP an der engsten Stelle kleiner ist als das Mittel der nächsten normalen Höhen darüber und darunter.</translation>
    </message>
    <message>
        <source>Maximum canal compromise: how much smaller sac AP is at its narrowest than the mean of the nearest normal levels above and below.</source>
        <translation>Größte Einengung des Kanals: um wie viel Durasack AP an der engsten Stelle kleiner ist als das Mittel der nächsten normalen Höhen darüber und darunter.</translation>
    </message>
    <message>
        <source>Area of the segmented spinal canal (the dural sac, without the fat around it) in the disc's middle plane.</source>
        <translation>Fläche des segmentierten Spinalkanals (des Durasacks ohne das Fett um ihn) in der Mittelebene der Bandscheibe.</translation>
    </message>
    <message>
        <source>Smallest area of the dural sac on the axial slice through the disc and the slices beside it; the grade of stenosis rests on it.</source>
        <translation>Kleinste Fläche des Durasacks auf der axialen Schicht durch die Bandscheibe und den Schichten daneben; auf ihr beruht der Stenosegrad.</translation>
    </message>
    <message>
        <source>Sac on axial slices</source>
        <translation>Durasack auf axialen Schichten</translation>
    </message>
    <message>
        <source>sac {area} on axial slices</source>
        <translation>Durasack {area} auf axialen Schichten</translation>
    </message>
    <message>
        <source>Diameter of the segmented canal from front to back in the disc's middle plane, mean of its middle 4 mm.</source>
        <translation>Durchmesser des segmentierten Kanals von vorn nach hinten in der Mittelebene der Bandscheibe, Mittel der mittleren 4 mm.</translation>
    </message>
    <message>
        <source>Height of the disc in its middle 10 mm, mean of its front, middle and back third.</source>
        <translation>Höhe der Bandscheibe in ihren mittleren 10 mm, Mittel aus vorderem, mittlerem und hinterem Drittel.</translation>
    </message>
    <message>
        <source>How far the disc's back border lies behind the middle of the back borders of the bodies above and below, in the middle 10 mm; below 0 where it ends before them.</source>
        <translation>Wie weit die Hinterkante der Bandscheibe hinter der Mitte der Hinterkanten der Wirbelkörper darüber und darunter liegt, in den mittleren 10 mm; unter 0, wo sie davor endet.</translation>
    </message>
    <message>
        <source>How far the vertebra above the disc stands in front of the one below it, by their back borders; below 0 where it stands behind.</source>
        <translation>Wie weit der Wirbel über der Bandscheibe vor dem darunter steht, an den Hinterkanten; unter 0, wo er dahinter steht.</translation>
    </message>
    <message>
        <source>Slip as a share of the lower body's depth. Meyerding's grades end at 25, 50, 75 and 100 %; a millimetre or two is within what is measured wrongly.</source>
        <translation>Wirbelgleiten als Anteil der Tiefe des unteren Wirbelkörpers. Meyerdings Grade enden bei 25, 50, 75 und 100 %; ein oder zwei Millimeter liegen im Messfehler.</translation>
    </message>
    <message>
        <source>Angle between the endplates that border the disc; above 0 where it opens to the front.</source>
        <translation>Winkel zwischen den Deckplatten an der Bandscheibe; über 0, wo er sich nach vorn öffnet.</translation>
    </message>
    <message>
        <source>Height of the vertebra's body in the front third of its depth.</source>
        <translation>Höhe des Wirbelkörpers im vorderen Drittel seiner Tiefe.</translation>
    </message>
    <message>
        <source>Height of the vertebra's body in the middle third of its depth.</source>
        <translation>Höhe des Wirbelkörpers im mittleren Drittel seiner Tiefe.</translation>
    </message>
    <message>
        <source>Height of the vertebra's body in the back third of its depth.</source>
        <translation>Höhe des Wirbelkörpers im hinteren Drittel seiner Tiefe.</translation>
    </message>
    <message>
        <source>The lower of front and middle height as a share of back height; of a crushed body, whose back is low too, it says too little.</source>
        <translation>Die kleinere von Vorder- und Mittelhöhe als Anteil der Hinterhöhe; bei einem Körper, der auch hinten eingebrochen ist, sagt es zu wenig.</translation>
    </message>
    <message>
        <source>Angle between the upper endplate of L1 and the lower endplate of L5, lying down; above 0 where it opens to the back.</source>
        <translation>Winkel zwischen der Deckplatte von L1 und der Grundplatte von L5, im Liegen; über 0, wo er sich nach hinten öffnet.</translation>
    </message>
    <message>
        <source>Normal:</source>
        <translation>Normal:</translation>
    </message>
    <message>
        <source>Compare with this one  C</source>
        <translation>Hiermit vergleichen  C</translation>
    </message>
    <message>
        <source>Compares the narrowest slice with this one, or with those that are chosen, in place of the nearest normal ones; once more takes it back (key C).</source>
        <translation>Vergleicht die engste Schicht mit dieser oder mit den gewählten statt mit den nächsten normalen; noch einmal nimmt es zurück (Taste C).</translation>
    </message>
    <message>
        <source>{title} {value} ({low} to {high})</source>
        <translation>{title} {value} ({low} bis {high})</translation>
    </message>
    <message>
        <source>, chosen by {name}</source>
        <translation>, gewählt von {name}</translation>
    </message>
    <message>
        <source>own {percentile}</source>
        <translation>eigene {percentile}</translation>
    </message>
    <message>
        <source>Own P: percentile among the patient's own slices without a flag.</source>
        <translation>Eigene P: Perzentil unter den eigenen Schichten ohne Markierung.</translation>
    </message>
    <message>
        <source>Slice {number} of stack {id} cannot be compared with: cord and sac were not measured on it</source>
        <translation>Mit Schicht {number} von Block {id} kann nicht verglichen werden: Mark und Duralsack wurden auf ihr nicht gemessen</translation>
    </message>
    <message>
        <source>Choose another slice.</source>
        <translation>Wählen Sie eine andere Schicht.</translation>
    </message>
    <message>
        <source>Curves: shaded, healthy adults' mean and two standard deviations at this level, or of the patient's own slices without a flag; dashed, the mean of the slices with a ring, which the narrowest one was compared with; squares, flagged slices.</source>
        <translation>Kurven: schattiert Mittel und zwei Standardabweichungen gesunder Erwachsener auf dieser Höhe oder der eigenen Schichten ohne Markierung; gestrichelt das Mittel der Schichten mit Ring, mit denen die engste verglichen wurde; Quadrate sind markierte Schichten.</translation>
    </message>
    <message>
        <source>no canal was outlined beside the disc</source>
        <translation>neben der Bandscheibe wurde kein Kanal umrissen</translation>
    </message>
    <message>
        <source>the border of the image cuts the disc, or too little of it was outlined</source>
        <translation>der Bildrand schneidet die Bandscheibe, oder zu wenig von ihr wurde umrissen</translation>
    </message>
    <message>
        <source>whole vertebrae above and below the disc are needed; the sacrum has no outline</source>
        <translation>über und unter der Bandscheibe muss je ein ganzer Wirbel sein; das Kreuzbein hat keinen Umriss</translation>
    </message>
    <message>
        <source>the vertebra is not whole, or lies between no two whole discs</source>
        <translation>der Wirbel ist nicht ganz oder liegt nicht zwischen zwei ganzen Bandscheiben</translation>
    </message>
    <message>
        <source>L1 and L5 are not both whole and known by name</source>
        <translation>L1 und L5 sind nicht beide ganz und mit Namen bekannt</translation>
    </message>
    <message>
        <source>the dural sac was not outlined on this slice</source>
        <translation>der Durasack wurde auf dieser Schicht nicht umrissen</translation>
    </message>
    <message>
        <source>no cord was outlined on this slice</source>
        <translation>auf dieser Schicht wurde kein Mark umrissen</translation>
    </message>
    <message>
        <source>the border of the picture cuts the outline</source>
        <translation>der Bildrand schneidet den Umriss</translation>
    </message>
    <message>
        <source>the slice cuts the canal at {degrees}°, more than {most}°</source>
        <translation>die Schicht schneidet den Kanal um {degrees}° schräg, mehr als {most}°</translation>
    </message>
    <message>
        <source>the canal's course, and so the slice's slope to it, needs at least {least} outlined slices</source>
        <translation>der Verlauf des Kanals, und damit die Neigung der Schicht zu ihm, braucht mindestens {least} umrissene Schichten</translation>
    </message>
    <message>
        <source>torsion needs an outlined cord on three slices to each side</source>
        <translation>die Torsion braucht ein umrissenes Mark auf drei Schichten nach jeder Seite</translation>
    </message>
    <message>
        <source>no slice without compression to compare with was measured</source>
        <translation>keine Schicht ohne Kompression wurde gemessen, mit der zu vergleichen wäre</translation>
    </message>
    <message>
        <source>the equation is for slices beside the discs {levels}</source>
        <translation>die Gleichung ist für Schichten neben den Bandscheiben {levels}</translation>
    </message>
    <message>
        <source>nothing was measured on this slice</source>
        <translation>auf dieser Schicht wurde nichts gemessen</translation>
    </message>
    <message>
        <source>the counts from C2 and from the sacrum do not meet: {count} vertebrae between them instead of {usual}</source>
        <translation>die Zählungen von C2 und vom Kreuzbein her treffen sich nicht: {count} Wirbel dazwischen statt {usual}</translation>
    </message>
    <message>
        <source>{count} free vertebrae from C2 down instead of {usual}: a 13th thoracic or a 6th lumbar one</source>
        <translation>{count} freie Wirbel von C2 abwärts statt {usual}: ein 13. Brust- oder ein 6. Lendenwirbel</translation>
    </message>
    <message>
        <source>{count} free vertebrae from C2 down instead of {usual}: a sacralised L5 or 11 thoracic ones</source>
        <translation>{count} freie Wirbel von C2 abwärts statt {usual}: ein sakralisierter L5 oder 11 Brustwirbel</translation>
    </message>
    <message>
        <source>a block vertebra: the disc below vertebra {vertebra} is only a trace</source>
        <translation>ein Blockwirbel: die Bandscheibe unter Wirbel {vertebra} ist nur eine Spur</translation>
    </message>
    <message>
        <source>no disc was seen below vertebra {vertebra}: a block vertebra, or a disc that the picture does not show</source>
        <translation>unter Wirbel {vertebra} wurde keine Bandscheibe gesehen: ein Blockwirbel oder eine Bandscheibe, die das Bild nicht zeigt</translation>
    </message>
    <message>
        <source>the lowest disc looks like that of a transitional vertebra</source>
        <translation>die unterste Bandscheibe sieht aus wie die eines Übergangswirbels</translation>
    </message>
    <message>
        <source>the slices lie in the same Frame of Reference as the sagittal series</source>
        <translation>die Schichten liegen im selben Bezugssystem (Frame of Reference) wie die sagittale Serie</translation>
    </message>
    <message>
        <source>the Frame of Reference is another one, but the canal of {slices} slices lies on the sagittal canal's course (median {median} mm)</source>
        <translation>das Bezugssystem ist ein anderes, aber der Kanal von {slices} Schichten liegt auf dem Verlauf des sagittalen Kanals (Median {median} mm)</translation>
    </message>
    <message>
        <source>the Frame of Reference is another one; moved by {shift} mm the canal of {slices} slices lies on the sagittal canal's course (median {median} mm)</source>
        <translation>das Bezugssystem ist ein anderes; um {shift} mm verschoben liegt der Kanal von {slices} Schichten auf dem Verlauf des sagittalen Kanals (Median {median} mm)</translation>
    </message>
    <message>
        <source>the Frame of Reference is another one, and the canal does not lie on the sagittal canal's course (median {median} mm)</source>
        <translation>das Bezugssystem ist ein anderes, und der Kanal liegt nicht auf dem Verlauf des sagittalen Kanals (Median {median} mm)</translation>
    </message>
    <message>
        <source>the levels of the sagittal series name vertebra {vertebra} {name}</source>
        <translation>die Höhen der sagittalen Serie nennen Wirbel {vertebra} {name}</translation>
    </message>
    <message>
        <source>the study has no sagittal series whose levels are known</source>
        <translation>die Studie hat keine sagittale Serie, deren Höhen bekannt sind</translation>
    </message>
    <message>
        <source>the picture shows the {picture} spine where the header says {header}; the picture counts</source>
        <translation>das Bild zeigt: {picture}, die Kopfdaten sagen: {header}; das Bild zählt</translation>
    </message>
    <message>
        <source>They are not guessed.</source>
        <translation>Sie werden nicht geraten.</translation>
    </message>
    <message>
        <source>Levels</source>
        <translation>Höhen</translation>
    </message>
    <message>
        <source>Measured</source>
        <translation>Gemessen</translation>
    </message>
    <message>
        <source>Of the study</source>
        <translation>Zur Studie</translation>
    </message>
    <message>
        <source>Against</source>
        <translation>Verglichen mit</translation>
    </message>
    <message>
        <source>The network and the equation of the cord’s shape disagree on this slice</source>
        <translation>Das Netz und die Gleichung der Markform sind auf dieser Schicht nicht einig</translation>
    </message>
    <message>
        <source>The narrowest slice of each level, or each slice where levels are not known, at a right angle to the canal; hold the pointer over a number for its percentile among healthy adults or for why it is missing, over a title for its definition.</source>
        <translation>Die engste Schicht jeder Höhe oder, wo Höhen nicht bekannt sind, jede Schicht, im rechten Winkel zum Kanal; der Zeiger über einer Zahl zeigt ihr Perzentil unter gesunden Erwachsenen oder warum sie fehlt, über einer Überschrift deren Definition.</translation>
    </message>
    <message>
        <source>≠: the network and the equation of the cord’s shape disagree on this slice.</source>
        <translation>≠: das Netz und die Gleichung der Markform sind auf dieser Schicht nicht einig.</translation>
    </message>
    <message>
        <source>Sizes by level: discs and canal</source>
        <translation>Größen nach Höhe: Bandscheiben und Kanal</translation>
    </message>
    <message>
        <source>Sizes by level: vertebrae</source>
        <translation>Größen nach Höhe: Wirbel</translation>
    </message>
    <message>
        <source>Sizes are of the sagittal segmentation; only the sac’s is of axial slices. They are measurements and not diagnoses.</source>
        <translation>Die Größen sind aus der sagittalen Segmentierung, außer dem Durasack auf axialen Schichten. Sie sind Messwerte, keine Diagnosen.</translation>
    </message>
    <message>
        <source>Severity or outcome, research only</source>
        <translation>Schwere oder Verlauf, nur für die Forschung</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Possible</source>
        <translation>Möglich</translation>
    </message>
    <message>
        <source>the sac was corrected, and the model {model}, as it graded, is not at hand</source>
        <translation>der Durasack wurde korrigiert, und das Modell {model} ist so, wie es den Grad gab, nicht zur Hand</translation>
    </message>
</context>
</TS>

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
        <source>, low and high ones on {number}</source>
        <translation>, niedrige und hohe auf {number}</translation>
    </message>
    <message>
        <source>{model}: the possible answers hold the true one in {share:.3g}% of the slices of each answer, on images like those of {patients} ({data}). Nothing is promised of others.</source>
        <translation>{model}: Die möglichen Antworten enthalten die wahre in {share:.3g}% der Schichten jeder Antwort, auf Bildern wie denen von {patients} ({data}). Von anderen wird nichts versprochen.</translation>
    </message>
    <message>
        <source>{model}: the possible answers hold the true one in {share:.3g}% of the slices, on images like those of {patients} ({data}). Nothing is promised of others.</source>
        <translation>{model}: Die möglichen Antworten enthalten die wahre in {share:.3g}% der Schichten, auf Bildern wie denen von {patients} ({data}). Von anderen wird nichts versprochen.</translation>
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
        <source>{share:.3g}% hold the true one, on images like those of {patients} patients ({data}). Nothing is promised of others.</source>
        <translation>{share:.3g}% enthalten die wahre, auf Bildern wie denen von {patients} Patienten ({data}). Von anderen wird nichts versprochen.</translation>
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
        <translation>DICOM laden …</translation>
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
        <translation>Bericht …</translation>
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
        <translation>Blöcke werden gesucht …</translation>
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
        <source>How many the patient has; numbers other than 12 and 5 mean transitional anatomy.</source>
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
        <source>Names the level of this slice; all other levels of the study follow (key L, also over a slice view).</source>
        <translation>Benennt die Höhe dieser Schicht; alle anderen Höhen der Studie folgen (Taste L, auch über einer Schichtansicht).</translation>
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
        <source>How severe the disease is, or the patient's outcome, predicted by a model of your own cohort. Not for decisions.</source>
        <translation>Wie schwer die Krankheit ist oder was aus dem Patienten wird, vorhergesagt von einem Modell Ihrer eigenen Kohorte. Nicht für Entscheidungen.</translation>
    </message>
    <message>
        <source>Model…</source>
        <translation>Modell …</translation>
    </message>
    <message>
        <source>Choose the folder of an outcome model.</source>
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
        <source>Enter what is known of the patient; leave the rest empty. Values from the reading are filled in already. Nothing of this is saved.</source>
        <translation>Tragen Sie ein, was vom Patienten bekannt ist; lassen Sie den Rest leer. Werte aus der Auswertung stehen schon da. Nichts davon wird gespeichert.</translation>
    </message>
    <message>
        <source>Predict</source>
        <translation>Vorhersagen</translation>
    </message>
    <message>
        <source>Asks the model about this patient.</source>
        <translation>Fragt das Modell nach diesem Patienten.</translation>
    </message>
    <message>
        <source>Even if unlike its patients</source>
        <translation>Auch wenn anders als seine Patienten</translation>
    </message>
    <message>
        <source>Answers even if the patient is unlike those that the model learnt from; the answer is then marked as forced.</source>
        <translation>Antwortet auch dann, wenn der Patient anders ist als die, aus denen das Modell gelernt hat; die Antwort ist dann als erzwungen bezeichnet.</translation>
    </message>
    <message>
        <source>The answer with its interval, what drove it, what is missing, and the model's patients beside this one.</source>
        <translation>Die Antwort mit ihrem Intervall, was sie bestimmt hat, was fehlt, und die Patienten des Modells neben diesem.</translation>
    </message>
    <message>
        <source>Choose the folder of an outcome model</source>
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
        <source>Diameter of the spinal cord from front to back, at a right angle to the canal, mean of the middle third of its width.</source>
        <translation>Durchmesser des Rückenmarks von vorn nach hinten, im rechten Winkel zum Kanal, Mittel des mittleren Drittels seiner Breite.</translation>
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
        <source>Diameter of the dural sac from front to back, at a right angle to it, mean of the middle third of its width.</source>
        <translation>Durchmesser des Durasacks von vorn nach hinten, im rechten Winkel zu ihm, Mittel des mittleren Drittels seiner Breite.</translation>
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
        <source>Compares the narrowest slice with this one, or with the chosen ones, instead of the nearest normal ones; click again to undo (key C).</source>
        <translation>Vergleicht die engste Schicht mit dieser oder mit den gewählten statt mit den nächsten normalen; noch einmal klicken nimmt es zurück (Taste C).</translation>
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
        <source>the cord's outline is not sure on this slice; correct it to have it measured</source>
        <translation>der Umriss des Rückenmarks ist auf dieser Schicht nicht sicher; korrigieren Sie ihn, um ihn messen zu lassen</translation>
    </message>
    <message>
        <source>the cord was not outlined surely on a flagged slice, so that the narrowest place is not known</source>
        <translation>das Rückenmark wurde auf einer auffälligen Schicht nicht sicher umrissen, sodass die engste Stelle nicht bekannt ist</translation>
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
    <message>
        <source>reader: {what}</source>
        <translation>Befunder: {what}</translation>
    </message>
    <message>
        <source>{what}, so no answers can be given on them. Read the study again.</source>
        <translation>{what}; dazu kann nichts beantwortet werden. Werten Sie die Studie erneut aus.</translation>
    </message>
    <message>
        <source>The models are reading a study. Wait until they are done, or cancel.</source>
        <translation>Die Modelle werten gerade eine Studie aus. Warten Sie, bis sie fertig sind, oder brechen Sie ab.</translation>
    </message>
    <message>
        <source>A blinded reading is under way</source>
        <translation>Eine verblindete Befundung läuft</translation>
    </message>
    <message>
        <source>Stop it first: in the section Read, click Stop.</source>
        <translation>Beenden Sie sie zuerst: im Abschnitt Befunden auf Beenden klicken.</translation>
    </message>
    <message>
        <source>Compare two stacks</source>
        <translation>Zwei Blöcke vergleichen</translation>
    </message>
    <message>
        <source>Slicer's layout</source>
        <translation>Ansicht von Slicer</translation>
    </message>
    <message>
        <source>Axial, sagittal, plot</source>
        <translation>Axial, sagittal, Kurve</translation>
    </message>
    <message>
        <source>(the study has only one)</source>
        <translation>(die Studie hat nur einen)</translation>
    </message>
    <message>
        <source>Choose a model's folder</source>
        <translation>Ordner eines Modells wählen</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>Modelle werden gesucht …</translation>
    </message>
    <message>
        <source>Choose a model's zip archive</source>
        <translation>Zip-Archiv eines Modells wählen</translation>
    </message>
    <message>
        <source>Zip archives (*.zip)</source>
        <translation>Zip-Archive (*.zip)</translation>
    </message>
    <message>
        <source>Made for</source>
        <translation>Gemacht für</translation>
    </message>
    <message>
        <source>Trained on</source>
        <translation>Trainiert mit</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <source>SHA-256</source>
        <translation>SHA-256</translation>
    </message>
    <message>
        <source>STARTER MODEL: simulated training data</source>
        <translation>STARTMODELL: mit simulierten Bildern trainiert</translation>
    </message>
    <message>
        <source>STARTER MODEL:</source>
        <translation>STARTMODELL:</translation>
    </message>
    <message>
        <source>came with the program</source>
        <translation>mit dem Programm geliefert</translation>
    </message>
    <message>
        <source>added by you</source>
        <translation>von Ihnen hinzugefügt</translation>
    </message>
    <message>
        <source>Card: {x:.2f}</source>
        <translation>Karte: {x:.2f}</translation>
    </message>
    <message>
        <source>The worker is still busy with {title}. Stop it and leave this project?</source>
        <translation>Für {title} läuft noch eine Aufgabe. Abbrechen und dieses Projekt verlassen?</translation>
    </message>
    <message>
        <source>Studies whose files have moved: {n}. Moved files… finds them.</source>
        <translation>Studien, deren Dateien verschoben wurden: {n}. „Verschobene Dateien …“ findet sie.</translation>
    </message>
    <message>
        <source>The project was created. Add studies to it.</source>
        <translation>Das Projekt wurde angelegt. Fügen Sie Studien hinzu.</translation>
    </message>
    <message>
        <source>Blinded</source>
        <translation>Verblindet</translation>
    </message>
    <message>
        <source>With the model's answers</source>
        <translation>Mit den Antworten des Modells</translation>
    </message>
    <message>
        <source>Reading project</source>
        <translation>Befundungsprojekt</translation>
    </message>
    <message>
        <source>Choose a DICOM folder with each study in a folder of its own</source>
        <translation>DICOM-Ordner wählen; darin jede Studie in einem eigenen Ordner</translation>
    </message>
    <message>
        <source>Choose the folder where the files are now</source>
        <translation>Ordner wählen, in dem die Dateien jetzt liegen</translation>
    </message>
    <message>
        <source>not locked</source>
        <translation>offen</translation>
    </message>
    <message>
        <source>The project is busy</source>
        <translation>Das Projekt ist beschäftigt</translation>
    </message>
    <message>
        <source>Working</source>
        <translation>In Arbeit</translation>
    </message>
    <message>
        <source>Enter a new or empty folder, a title and the labels.</source>
        <translation>Geben Sie einen neuen oder leeren Ordner, einen Titel und die Labels an.</translation>
    </message>
    <message>
        <source>Wait a moment.</source>
        <translation>Warten Sie einen Moment.</translation>
    </message>
    <message>
        <source>No folder is given</source>
        <translation>Es ist kein Ordner angegeben</translation>
    </message>
    <message>
        <source>{title}: {studies} studies, {slices} slices, {scheme}</source>
        <translation>{title}: {studies} Studien, {slices} Schichten, {scheme}</translation>
    </message>
    <message>
        <source>{readers} unblinded by {who}, {time}: {why}</source>
        <translation>{readers} entblindet durch {who}, {time}: {why}</translation>
    </message>
    <message>
        <source>Enter a new or empty one above.</source>
        <translation>Geben Sie oben einen neuen oder leeren an.</translation>
    </message>
    <message>
        <source>Studies added: {n}</source>
        <translation>Studien hinzugefügt: {n}</translation>
    </message>
    <message>
        <source>Studies found again: {n}</source>
        <translation>Studien wiedergefunden: {n}</translation>
    </message>
    <message>
        <source>settled</source>
        <translation>entschieden</translation>
    </message>
    <message>
        <source>labelled</source>
        <translation>gelabelt</translation>
    </message>
    <message>
        <source>The view showed another slice; here is the one to label. Please label it again.</source>
        <translation>Die Ansicht zeigte eine andere Schicht; hier ist die, um die es geht. Bitte labeln Sie sie noch einmal.</translation>
    </message>
    <message>
        <source>simulated</source>
        <translation>simuliert</translation>
    </message>
    <message>
        <source>{value} (key {key})</source>
        <translation>{value} (Taste {key})</translation>
    </message>
    <message>
        <source>The scene holds answers of a model or a reader, which a blinded reader must not see. Save it, close it (File → Close Scene), then start again.</source>
        <translation>Die Szene enthält Antworten eines Modells oder eines Befunders, die ein verblindeter Befunder nicht sehen darf. Speichern Sie sie, schließen Sie sie (File → Close Scene) und beginnen Sie dann noch einmal.</translation>
    </message>
    <message>
        <source>Every slice has a label. Go back with ◀ to change one, then lock your set.</source>
        <translation>Jede Schicht hat ein Label. Mit ◀ können Sie zurückgehen und eines ändern; sperren Sie dann Ihren Satz.</translation>
    </message>
    <message>
        <source>Your set is locked.</source>
        <translation>Ihr Satz ist gesperrt.</translation>
    </message>
    <message>
        <source>Every disagreement is settled. Go back with ◀ to change one.</source>
        <translation>Alle Abweichungen sind entschieden. Mit ◀ können Sie zurückgehen und eine ändern.</translation>
    </message>
    <message>
        <source>Lock my set</source>
        <translation>Meinen Satz sperren</translation>
    </message>
    <message>
        <source>Choose a folder for the agreement page</source>
        <translation>Ordner für die Seite zur Übereinstimmung wählen</translation>
    </message>
    <message>
        <source>Choose an empty folder for the training set</source>
        <translation>Leeren Ordner für den Trainingssatz wählen</translation>
    </message>
    <message>
        <source>This set is locked: you can look at it, but not change it.</source>
        <translation>Dieser Satz ist gesperrt: Sie können ihn ansehen, aber nicht ändern.</translation>
    </message>
    <message>
        <source>The readers agree on every slice.</source>
        <translation>Die Befunder sind sich bei jeder Schicht einig.</translation>
    </message>
    <message>
        <source>The scene was closed. All labels are kept; start again to continue.</source>
        <translation>Die Szene wurde geschlossen. Alle Labels bleiben erhalten; beginnen Sie erneut, um fortzufahren.</translation>
    </message>
    <message>
        <source>Lock the set of {reader}? It can never be changed again.</source>
        <translation>Den Satz von {reader} sperren? Er kann danach nie mehr geändert werden.</translation>
    </message>
    <message>
        <source>{n} slice has no label.</source>
        <translation>{n} Schicht hat kein Label.</translation>
    </message>
    <message>
        <source>{n} slices have no label.</source>
        <translation>{n} Schichten haben kein Label.</translation>
    </message>
    <message>
        <source>Written: {file}</source>
        <translation>Geschrieben: {file}</translation>
    </message>
    <message>
        <source>Written: {path}</source>
        <translation>Geschrieben: {path}</translation>
    </message>
    <message>
        <source>Written: {file}, with the slices beside it. The key to the original identities is {key}; keep it in another place. Models of slices are trained on the command line; see the documentation on training.</source>
        <translation>Geschrieben: {file}, mit den Schichten daneben. Der Schlüssel zu den ursprünglichen Identitäten ist {key}; bewahren Sie ihn getrennt auf. Schichtmodelle werden auf der Kommandozeile trainiert; siehe die Dokumentation zum Training.</translation>
    </message>
    <message>
        <source>{error} To do so, click Stop, then Moved files….</source>
        <translation>{error} Klicken Sie dazu auf Beenden, dann auf „Verschobene Dateien …“.</translation>
    </message>
    <message>
        <source>A transform bends this volume, so no window can be drawn on it.</source>
        <translation>Eine Transformation verformt dieses Volumen; darauf kann kein Fenster gezeichnet werden.</translation>
    </message>
    <message>
        <source>The study was read again in the meantime. Grade again.</source>
        <translation>Die Studie wurde inzwischen erneut ausgewertet. Bestimmen Sie den Grad noch einmal.</translation>
    </message>
    <message>
        <source>{slices} graded again with the window</source>
        <translation>{slices} mit dem Fenster neu bewertet</translation>
    </message>
    <message>
        <source>A reader's window is shown.</source>
        <translation>Gezeigt wird das Fenster eines Befunders.</translation>
    </message>
    <message>
        <source>The model's window is shown.</source>
        <translation>Gezeigt wird das Fenster des Modells.</translation>
    </message>
    <message>
        <source>Writing the report…</source>
        <translation>Der Bericht wird geschrieben …</translation>
    </message>
    <message>
        <source>Write the report</source>
        <translation>Bericht schreiben</translation>
    </message>
    <message>
        <source>Reports (*.html)</source>
        <translation>Berichte (*.html)</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>Kopiert.</translation>
    </message>
    <message>
        <source>There is no flagged slice before this one.</source>
        <translation>Vor dieser Schicht gibt es keine markierte.</translation>
    </message>
    <message>
        <source>There is no flagged slice after this one.</source>
        <translation>Nach dieser Schicht gibt es keine markierte.</translation>
    </message>
    <message>
        <source>There is no unreviewed slice after this one.</source>
        <translation>Nach dieser Schicht gibt es keine ungeprüfte.</translation>
    </message>
    <message>
        <source>"Run anyway" reads it nevertheless.</source>
        <translation>„Trotzdem auswerten“ wertet sie dennoch aus.</translation>
    </message>
    <message>
        <source>no study is shown</source>
        <translation>keine Studie gezeigt</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>Tables (*.csv)</source>
        <translation>Tabellen (*.csv)</translation>
    </message>
    <message>
        <source>On {slices} the model gives no clear answer to agree with; use 0 or 1.</source>
        <translation>Auf {slices} gibt das Modell keine eindeutige Antwort, der man zustimmen könnte; antworten Sie mit 0 oder 1.</translation>
    </message>
    <message>
        <source>Click or drag to scroll the views. ← →: neighbours; P, N: flagged; U: unreviewed; Shift: choose a range; 0, 1: answer; A: agree; Ctrl+Z: undo.</source>
        <translation>Klicken oder ziehen, um die Ansichten zu bewegen. ← →: Nachbarn; P, N: markierte; U: ungeprüfte; Umschalt: Bereich wählen; 0, 1: antworten; A: zustimmen; Strg+Z: rückgängig.</translation>
    </message>
    <message>
        <source>Strip of slices</source>
        <translation>Streifen der Schichten</translation>
    </message>
    <message>
        <source>A dotted line in a cell: a model was run anyway (forced).</source>
        <translation>Gepunktete Linie in einer Zelle: Ein Modell lief trotzdem (erzwungen).</translation>
    </message>
    <message>
        <source>Study {n} of {m}, slice {k} of {slices}</source>
        <translation>Studie {n} von {m}, Schicht {k} von {slices}</translation>
    </message>
    <message>
        <source>{model} says: {verdict}</source>
        <translation>{model} sagt: {verdict}</translation>
    </message>
    <message>
        <source>{model} was not run on this slice</source>
        <translation>{model} lief auf dieser Schicht nicht</translation>
    </message>
    <message>
        <source>Settled: {value} ({names}, {time})</source>
        <translation>Entschieden: {value} ({names}, {time})</translation>
    </message>
    <message>
        <source>You said: {value}</source>
        <translation>Ihre Antwort: {value}</translation>
    </message>
    <message>
        <source>{n} labels, from feet to head: {file}</source>
        <translation>{n} Labels, von den Füßen zum Kopf: {file}</translation>
    </message>
    <message>
        <source>{slices}: {file}</source>
        <translation>{slices}: {file}</translation>
    </message>
    <message>
        <source>Answer them first; the key A agrees with the model.</source>
        <translation>Beantworten Sie sie zuerst; Taste A stimmt dem Modell zu.</translation>
    </message>
    <message>
        <source>Slices {names} of stack {stack} have no reader's answer</source>
        <translation>Zu den Schichten {names} von Block {stack} hat kein Befunder geantwortet</translation>
    </message>
    <message>
        <source>Another study is shown now</source>
        <translation>Jetzt wird eine andere Studie gezeigt</translation>
    </message>
    <message>
        <source>Start again.</source>
        <translation>Beginnen Sie noch einmal.</translation>
    </message>
    <message>
        <source>Read (reader study)</source>
        <translation>Befunden (Befunderstudie)</translation>
    </message>
    <message>
        <source>A reading study: label slices blinded, settle disagreements, measure agreement.</source>
        <translation>Eine Befundungsstudie: Schichten verblindet labeln, Abweichungen entscheiden, Übereinstimmung messen.</translation>
    </message>
    <message>
        <source>Choose a project and the reader.</source>
        <translation>Projekt und Befunder wählen.</translation>
    </message>
    <message>
        <source>Project:</source>
        <translation>Projekt:</translation>
    </message>
    <message>
        <source>The folder of a reading project. It holds the labels; images stay where they are.</source>
        <translation>Ordner eines Befundungsprojekts. Er enthält die Labels; die Bilder bleiben, wo sie sind.</translation>
    </message>
    <message>
        <source>A new project.</source>
        <translation>Ein neues Projekt.</translation>
    </message>
    <message>
        <source>Title:</source>
        <translation>Titel:</translation>
    </message>
    <message>
        <source>What the study is about.</source>
        <translation>Worum es in der Studie geht.</translation>
    </message>
    <message>
        <source>Labels:</source>
        <translation>Labels:</translation>
    </message>
    <message>
        <source>The labels that a reader may give a slice.</source>
        <translation>Welche Labels ein Befunder einer Schicht geben kann.</translation>
    </message>
    <message>
        <source>Plane:</source>
        <translation>Ebene:</translation>
    </message>
    <message>
        <source>The plane of the T2 stacks that are read.</source>
        <translation>Ebene der T2-Blöcke, die befundet werden.</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>Anlegen</translation>
    </message>
    <message>
        <source>Creates the project in the folder above.</source>
        <translation>Legt das Projekt im oben genannten Ordner an.</translation>
    </message>
    <message>
        <source>Your name in this project: letters, digits, - and _. Nobody else can use it.</source>
        <translation>Ihr Name in diesem Projekt: Buchstaben, Ziffern, - und _. Niemand sonst kann ihn verwenden.</translation>
    </message>
    <message>
        <source>Reading:</source>
        <translation>Befundung:</translation>
    </message>
    <message>
        <source>Blinded: you read alone. With the model's answers: you read the same slices again and see its answer, once your own set is locked.</source>
        <translation>Verblindet: Sie befunden allein. Mit den Antworten des Modells: Sie befunden dieselben Schichten noch einmal und sehen seine Antwort, sobald Ihr eigener Satz gesperrt ist.</translation>
    </message>
    <message>
        <source>It's me, on another machine</source>
        <translation>Ich bin es, an einem anderen Rechner</translation>
    </message>
    <message>
        <source>Tick if you used this name on another machine or account; it is recorded.</source>
        <translation>Ankreuzen, wenn Sie diesen Namen an einem anderen Rechner oder unter einem anderen Konto verwendet haben; das wird festgehalten.</translation>
    </message>
    <message>
        <source>The project, and any problem with its files.</source>
        <translation>Das Projekt, und was an seinen Dateien nicht stimmt.</translation>
    </message>
    <message>
        <source>How far each reader has got; nobody's labels are shown.</source>
        <translation>Wie weit jeder Befunder ist; Labels werden nicht gezeigt.</translation>
    </message>
    <message>
        <source>Start reading</source>
        <translation>Befundung beginnen</translation>
    </message>
    <message>
        <source>Shows your next slice. The sections with models and results are hidden meanwhile.</source>
        <translation>Zeigt Ihre nächste Schicht. Die Abschnitte mit Modellen und Ergebnissen sind so lange ausgeblendet.</translation>
    </message>
    <message>
        <source>Settle…</source>
        <translation>Entscheiden …</translation>
    </message>
    <message>
        <source>Once every set is locked: go through the slices on which readers disagree.</source>
        <translation>Sobald alle Sätze gesperrt sind: die Schichten durchgehen, bei denen die Befunder abweichen.</translation>
    </message>
    <message>
        <source>Agreement…</source>
        <translation>Übereinstimmung …</translation>
    </message>
    <message>
        <source>Once every set is locked: measures agreement and writes readers.html.</source>
        <translation>Sobald alle Sätze gesperrt sind: misst die Übereinstimmung und schreibt readers.html.</translation>
    </message>
    <message>
        <source>Training set…</source>
        <translation>Trainingssatz …</translation>
    </message>
    <message>
        <source>Once every set is locked: writes de-identified images with one label per slice, for "spine train".</source>
        <translation>Sobald alle Sätze gesperrt sind: schreibt anonymisierte Bilder mit einem Label je Schicht, für „spine train“.</translation>
    </message>
    <message>
        <source>New…</source>
        <translation>Neu …</translation>
    </message>
    <message>
        <source>Make a new project in an empty folder.</source>
        <translation>Ein neues Projekt in einem leeren Ordner anlegen.</translation>
    </message>
    <message>
        <source>Add studies…</source>
        <translation>Studien hinzufügen …</translation>
    </message>
    <message>
        <source>Adds the studies in a DICOM folder. Not possible once a set is locked.</source>
        <translation>Fügt die Studien eines DICOM-Ordners hinzu. Nicht mehr möglich, sobald ein Satz gesperrt ist.</translation>
    </message>
    <message>
        <source>Moved files…</source>
        <translation>Verschobene Dateien …</translation>
    </message>
    <message>
        <source>Finds studies whose files have moved to another folder, by their UIDs.</source>
        <translation>Findet Studien, deren Dateien in einen anderen Ordner verschoben wurden, anhand ihrer UIDs.</translation>
    </message>
    <message>
        <source>What the program is doing.</source>
        <translation>Was das Programm gerade tut.</translation>
    </message>
    <message>
        <source>What happened, and what to do.</source>
        <translation>Was geschehen ist, und was zu tun ist.</translation>
    </message>
    <message>
        <source>The slice to be labelled.</source>
        <translation>Die Schicht, die zu labeln ist.</translation>
    </message>
    <message>
        <source>How many of your slices are done.</source>
        <translation>Wie viele Ihrer Schichten erledigt sind.</translation>
    </message>
    <message>
        <source>Which study and slice is labelled now.</source>
        <translation>Welche Studie und Schicht jetzt gelabelt wird.</translation>
    </message>
    <message>
        <source>What was said of this slice: by you, in the second reading by the model, and when settling by the readers.</source>
        <translation>Was zu dieser Schicht gesagt wurde: von Ihnen, bei der zweiten Befundung vom Modell, beim Entscheiden von den Befundern.</translation>
    </message>
    <message>
        <source>The project's rules for reading.</source>
        <translation>Die Regeln des Projekts für die Befundung.</translation>
    </message>
    <message>
        <source>What each label means. The pictures are simulated.</source>
        <translation>Was jedes Label bedeutet. Die Bilder sind simuliert.</translation>
    </message>
    <message>
        <source>Confidence:</source>
        <translation>Sicherheit:</translation>
    </message>
    <message>
        <source>How sure you are; + and - change it.</source>
        <translation>Wie sicher Sie sind; + und - ändern es.</translation>
    </message>
    <message>
        <source>not given</source>
        <translation>keine Angabe</translation>
    </message>
    <message>
        <source>Comment:</source>
        <translation>Kommentar:</translation>
    </message>
    <message>
        <source>Saved with the next label. Press Return to use the keys again.</source>
        <translation>Wird mit dem nächsten Label gespeichert. Nach der Eingabetaste gelten wieder die Labeltasten.</translation>
    </message>
    <message>
        <source>Present:</source>
        <translation>Anwesend:</translation>
    </message>
    <message>
        <source>The readers who settle, separated by commas.</source>
        <translation>Die Befunder, die entscheiden, durch Kommas getrennt.</translation>
    </message>
    <message>
        <source>Undoes your last label (Backspace).</source>
        <translation>Nimmt Ihr letztes Label zurück (Rücktaste).</translation>
    </message>
    <message>
        <source>◀</source>
        <translation>◀</translation>
    </message>
    <message>
        <source>The previous slice in your order (PgUp).</source>
        <translation>Die vorige Schicht in Ihrer Reihenfolge (Bild auf).</translation>
    </message>
    <message>
        <source>▶</source>
        <translation>▶</translation>
    </message>
    <message>
        <source>The next slice in your order (PgDown).</source>
        <translation>Die nächste Schicht in Ihrer Reihenfolge (Bild ab).</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Brings the views back to the slice (Home).</source>
        <translation>Bringt die Ansichten zurück zur Schicht (Pos1).</translation>
    </message>
    <message>
        <source>Next study</source>
        <translation>Nächste Studie</translation>
    </message>
    <message>
        <source>The next study with slices to do (N).</source>
        <translation>Die nächste Studie mit offenen Schichten (N).</translation>
    </message>
    <message>
        <source>Lock my set…</source>
        <translation>Meinen Satz sperren …</translation>
    </message>
    <message>
        <source>Locks your set for good; after that you may see the others' labels.</source>
        <translation>Sperrt Ihren Satz endgültig; danach dürfen Sie die Labels der anderen sehen.</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Ends the reading; everything is kept.</source>
        <translation>Beendet die Befundung; alles bleibt erhalten.</translation>
    </message>
    <message>
        <source>What is read: a loaded volume or a DICOM folder.</source>
        <translation>Was ausgewertet wird: ein geladenes Volumen oder ein DICOM-Ordner.</translation>
    </message>
    <message>
        <source>An axial T2 stack that is in the scene. It is used instead of the folder.</source>
        <translation>Ein axialer T2-Block der Szene. Er wird anstelle des Ordners verwendet.</translation>
    </message>
    <message>
        <source>The DICOM folder of one study, or a volume file. Drop it here or anywhere on the panel.</source>
        <translation>Der DICOM-Ordner einer Studie oder eine Volumendatei. Hier oder irgendwo auf dem Panel ablegen.</translation>
    </message>
    <message>
        <source>Choose a study's folder, or a study of Slicer's DICOM database; its stacks are then listed.</source>
        <translation>Ordner einer Studie oder eine Studie aus Slicers DICOM-Datenbank wählen; ihre Blöcke werden dann aufgelistet.</translation>
    </message>
    <message>
        <source>Which stack of the folder is read. Automatic: every axial T2 stack that the models are for.</source>
        <translation>Welcher Block des Ordners ausgewertet wird. Automatisch: jeder axiale T2-Block, für den die Modelle gemacht sind.</translation>
    </message>
    <message>
        <source>Why this stack was chosen, or why it is not assessed.</source>
        <translation>Warum dieser Block gewählt wurde oder warum er nicht beurteilt wird.</translation>
    </message>
    <message>
        <source>Run the models on what they were not made for. Such results are marked as forced wherever they are shown.</source>
        <translation>Die Modelle auf Bildern laufen lassen, für die sie nicht gemacht sind. Solche Ergebnisse sind überall, wo sie erscheinen, als erzwungen bezeichnet.</translation>
    </message>
    <message>
        <source>Used where the images do not say it.</source>
        <translation>Gilt, wo die Bilder es nicht angeben.</translation>
    </message>
    <message>
        <source>Which models answer, and on which device.</source>
        <translation>Welche Modelle antworten und auf welchem Gerät.</translation>
    </message>
    <message>
        <source>The model that says whether the cord is compressed.</source>
        <translation>Das Modell, das sagt, ob das Rückenmark komprimiert ist.</translation>
    </message>
    <message>
        <source>The model that grades epidural compression.</source>
        <translation>Das Modell, das den Grad der epiduralen Kompression bestimmt.</translation>
    </message>
    <message>
        <source>What the chosen models are made for, and what they are not.</source>
        <translation>Wofür die gewählten Modelle gemacht sind und wofür nicht.</translation>
    </message>
    <message>
        <source>P(compressed) from which a slice counts as compressed.</source>
        <translation>P(komprimiert), ab der eine Schicht als komprimiert gilt.</translation>
    </message>
    <message>
        <source>Card</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>Sets the threshold to that of the model's card.</source>
        <translation>Setzt die Schwelle auf die der Modellkarte.</translation>
    </message>
    <message>
        <source>Where the networks run.</source>
        <translation>Wo die Netze laufen.</translation>
    </message>
    <message>
        <source>Show where the model looked</source>
        <translation>Zeigen, wohin das Modell sah</translation>
    </message>
    <message>
        <source>Computes the class activation of every slice; the reading takes longer.</source>
        <translation>Berechnet die Klassenaktivierung jeder Schicht; die Auswertung dauert länger.</translation>
    </message>
    <message>
        <source>Levels from the sagittal stack</source>
        <translation>Höhen aus dem sagittalen Block</translation>
    </message>
    <message>
        <source>Also segments the study's lumbar sagittal stack, if there is one, so that each slice gets its level. Not together with Run anyway, which could name levels on images that no model is made for.</source>
        <translation>Segmentiert auch den lumbalen sagittalen Block der Studie, falls es einen gibt, damit jede Schicht ihre Höhe bekommt. Nicht zusammen mit „Trotzdem auswerten“, das Höhen auf Bildern benennen könnte, für die kein Modell gemacht ist.</translation>
    </message>
    <message>
        <source>Manage:</source>
        <translation>Verwalten:</translation>
    </message>
    <message>
        <source>The model that the buttons below act on.</source>
        <translation>Das Modell, für das die Schaltflächen darunter gelten.</translation>
    </message>
    <message>
        <source>Import folder…</source>
        <translation>Ordner importieren …</translation>
    </message>
    <message>
        <source>Import a model from its folder.</source>
        <translation>Ein Modell aus seinem Ordner importieren.</translation>
    </message>
    <message>
        <source>Import zip…</source>
        <translation>Zip importieren …</translation>
    </message>
    <message>
        <source>Import a model from a zip archive.</source>
        <translation>Ein Modell aus einem Zip-Archiv importieren.</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>Check that the weights are the ones that the card names.</source>
        <translation>Prüfen, ob die Gewichte die sind, die die Karte nennt.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove one of your own models from the disk.</source>
        <translation>Eines Ihrer eigenen Modelle von der Festplatte löschen.</translation>
    </message>
    <message>
        <source>Show the whole model card.</source>
        <translation>Die ganze Modellkarte zeigen.</translation>
    </message>
    <message>
        <source>Disk space, and what the last button did.</source>
        <translation>Speicherplatz, und was die letzte Schaltfläche bewirkt hat.</translation>
    </message>
    <message>
        <source>Read the study with the chosen models. Click again, or press Esc, to cancel.</source>
        <translation>Die Studie mit den gewählten Modellen auswerten. Noch einmal klicken oder Esc bricht ab.</translation>
    </message>
    <message>
        <source>Stage, slices done, seconds left.</source>
        <translation>Schritt, fertige Schichten, verbleibende Sekunden.</translation>
    </message>
    <message>
        <source>What went wrong, and what to do about it.</source>
        <translation>Was nicht geklappt hat, und was zu tun ist.</translation>
    </message>
    <message>
        <source>Restart the reading process</source>
        <translation>Auswerteprozess neu starten</translation>
    </message>
    <message>
        <source>The reading process ended unexpectedly. This starts a new one and tries again.</source>
        <translation>Der Auswerteprozess hat sich unerwartet beendet. Das startet einen neuen und versucht es noch einmal.</translation>
    </message>
    <message>
        <source>What was found.</source>
        <translation>Was gefunden wurde.</translation>
    </message>
    <message>
        <source>The studies of this scene that were read; one is shown at a time.</source>
        <translation>Die ausgewerteten Studien dieser Szene; eine wird jeweils gezeigt.</translation>
    </message>
    <message>
        <source>The study's verdict, by the rule on the model's card.</source>
        <translation>Das Urteil über die Studie, nach der Regel der Modellkarte.</translation>
    </message>
    <message>
        <source>Number of compressed slices, longest run, highest grade and levels.</source>
        <translation>Zahl der komprimierten Schichten, längste Strecke, höchster Grad und Höhen.</translation>
    </message>
    <message>
        <source>What this software is not for.</source>
        <translation>Wofür diese Software nicht gedacht ist.</translation>
    </message>
    <message>
        <source>The current slice.</source>
        <translation>Die aktuelle Schicht.</translation>
    </message>
    <message>
        <source>The previous flagged slice (P).</source>
        <translation>Die vorige markierte Schicht (P).</translation>
    </message>
    <message>
        <source>The next flagged slice (N).</source>
        <translation>Die nächste markierte Schicht (N).</translation>
    </message>
    <message>
        <source>The next slice that no reader has answered (U).</source>
        <translation>Die nächste Schicht, zu der kein Befunder geantwortet hat (U).</translation>
    </message>
    <message>
        <source>One row per slice. Click a row to jump there, a heading to sort. Several rows can be chosen and answered together.</source>
        <translation>Eine Zeile je Schicht. Klick auf eine Zeile springt dorthin, auf eine Überschrift sortiert. Mehrere Zeilen können gewählt und zusammen beantwortet werden.</translation>
    </message>
    <message>
        <source>Shows the plot of P(compressed) along the stack beside the views.</source>
        <translation>Zeigt neben den Ansichten den Verlauf von P(komprimiert) entlang des Blocks.</translation>
    </message>
    <message>
        <source>Enter what you see; the model's answer is kept beside yours.</source>
        <translation>Geben Sie an, was Sie sehen; die Antwort des Modells bleibt neben Ihrer stehen.</translation>
    </message>
    <message>
        <source>Your name or initials; kept in the settings of this computer and written beside your answers.</source>
        <translation>Ihr Name oder Kürzel; wird in den Einstellungen dieses Rechners behalten und neben Ihre Antworten geschrieben.</translation>
    </message>
    <message>
        <source>The slices that you answer for: the current one, or the range chosen with Shift in the strip or the table.</source>
        <translation>Die Schichten, für die Sie antworten: die aktuelle oder der mit der Umschalttaste in Streifen oder Tabelle gewählte Bereich.</translation>
    </message>
    <message>
        <source>The cord is not compressed (key 0).</source>
        <translation>Das Rückenmark ist nicht komprimiert (Taste 0).</translation>
    </message>
    <message>
        <source>0  not compressed</source>
        <translation>0  nicht komprimiert</translation>
    </message>
    <message>
        <source>1  compressed</source>
        <translation>1  komprimiert</translation>
    </message>
    <message>
        <source>The cord is compressed (key 1).</source>
        <translation>Das Rückenmark ist komprimiert (Taste 1).</translation>
    </message>
    <message>
        <source>Gives the model's answer for these slices as yours (key A).</source>
        <translation>Übernimmt für diese Schichten die Antwort des Modells als Ihre (Taste A).</translation>
    </message>
    <message>
        <source>A grade of the model's scheme; the button's tooltip names its key.</source>
        <translation>Ein Grad nach dem Schema des Modells; seine Taste steht im Tooltip der Schaltfläche.</translation>
    </message>
    <message>
        <source>Your reason, if you want to give one; saved with the next answer.</source>
        <translation>Ihre Begründung, wenn Sie eine geben wollen; wird mit der nächsten Antwort gespeichert.</translation>
    </message>
    <message>
        <source>Undoes the last answer (Ctrl+Z).</source>
        <translation>Nimmt die letzte Antwort zurück (Strg+Z).</translation>
    </message>
    <message>
        <source>Redoes the answer that was undone (Ctrl+Y).</source>
        <translation>Stellt die zurückgenommene Antwort wieder her (Strg+Y).</translation>
    </message>
    <message>
        <source>Writes compression_label.csv as published: one number per slice, from feet to head.</source>
        <translation>Schreibt compression_label.csv wie veröffentlicht: eine Zahl je Schicht, von den Füßen zum Kopf.</translation>
    </message>
    <message>
        <source>Labels…</source>
        <translation>Labels …</translation>
    </message>
    <message>
        <source>Table…</source>
        <translation>Tabelle …</translation>
    </message>
    <message>
        <source>Writes all answers of models and readers, one line per slice.</source>
        <translation>Schreibt alle Antworten der Modelle und der Befunder, eine Zeile je Schicht.</translation>
    </message>
    <message>
        <source>How many slices are reviewed, and what the last export did.</source>
        <translation>Wie viele Schichten geprüft sind, und was der letzte Export ergab.</translation>
    </message>
    <message>
        <source>The window around the canal that the model looks at.</source>
        <translation>Das Fenster um den Kanal, in das das Modell sieht.</translation>
    </message>
    <message>
        <source>Show the window on this slice</source>
        <translation>Fenster auf dieser Schicht zeigen</translation>
    </message>
    <message>
        <source>Shows the window that the model looked at. Drag its handles to move or resize it on the chosen slices; it is kept with your answers.</source>
        <translation>Zeigt das Fenster, in das das Modell sah. Ziehen Sie an seinen Griffen, um es auf den gewählten Schichten zu verschieben oder in der Größe zu ändern; es wird mit Ihren Antworten behalten.</translation>
    </message>
    <message>
        <source>Grade again with this window</source>
        <translation>Mit diesem Fenster neu bewerten</translation>
    </message>
    <message>
        <source>Grades the chosen slices again, with their windows as they are drawn now. Click again, or press Esc, to cancel.</source>
        <translation>Bewertet die gewählten Schichten neu, mit ihren Fenstern, wie sie jetzt gezeichnet sind. Noch einmal klicken oder Esc bricht ab.</translation>
    </message>
    <message>
        <source>Model's window</source>
        <translation>Fenster des Modells</translation>
    </message>
    <message>
        <source>Puts the model's own window back on the chosen slices.</source>
        <translation>Setzt auf den gewählten Schichten wieder das Fenster des Modells ein.</translation>
    </message>
    <message>
        <source>Whose window is shown, and the outcome of the last grading with it.</source>
        <translation>Wessen Fenster gezeigt wird, und was die letzte Bewertung damit ergab.</translation>
    </message>
    <message>
        <source>What is shown in the views.</source>
        <translation>Was die Ansichten zeigen.</translation>
    </message>
    <message>
        <source>The verdict's ring in the axial views.</source>
        <translation>Der Ring des Urteils in den axialen Ansichten.</translation>
    </message>
    <message>
        <source>The verdicts along the canal, in the sagittal, coronal and 3D views.</source>
        <translation>Die Urteile entlang des Kanals, in sagittaler, koronaler und 3D-Ansicht.</translation>
    </message>
    <message>
        <source>What the colours mean, in the axial view's corner.</source>
        <translation>Was die Farben bedeuten, in der Ecke der axialen Ansicht.</translation>
    </message>
    <message>
        <source>CAM:</source>
        <translation>CAM:</translation>
    </message>
    <message>
        <source>Where the model looked, shown over the slice; must have been chosen before the study was read.</source>
        <translation>Wohin das Modell sah, über der Schicht gezeigt; muss vor dem Auswerten gewählt worden sein.</translation>
    </message>
    <message>
        <source>How strongly it covers the slice.</source>
        <translation>Wie stark sie die Schicht überdeckt.</translation>
    </message>
    <message>
        <source>How the views are arranged.</source>
        <translation>Wie die Ansichten angeordnet sind.</translation>
    </message>
    <message>
        <source>The stack that is compared with the current one.</source>
        <translation>Der Block, mit dem der aktuelle verglichen wird.</translation>
    </message>
    <message>
        <source>The report, and the verdict as text.</source>
        <translation>Der Bericht, und das Urteil als Text.</translation>
    </message>
    <message>
        <source>Writes the report as one HTML file, with pictures from the views.</source>
        <translation>Schreibt den Bericht als eine HTML-Datei, mit Bildern aus den Ansichten.</translation>
    </message>
    <message>
        <source>Copies the verdict as text.</source>
        <translation>Kopiert das Urteil als Text.</translation>
    </message>
    <message>
        <source>Where the report was written.</source>
        <translation>Wohin der Bericht geschrieben wurde.</translation>
    </message>
    <message>
        <source>Sending results to an archive.</source>
        <translation>Ergebnisse an ein Archiv senden.</translation>
    </message>
    <message>
        <source>Reading studies.</source>
        <translation>Befundungsstudien.</translation>
    </message>
    <message>
        <source>Installation and diagnostics.</source>
        <translation>Installation und Diagnose.</translation>
    </message>
    <message>
        <source>This segmentation has no segments. If it had any, its file is missing.</source>
        <translation>Diese Segmentierung hat keine Segmente. Falls sie welche hatte, fehlt ihre Datei.</translation>
    </message>
    <message>
        <source>Segments that differ from before your correction: {count}</source>
        <translation>Segmente, die sich gegenüber dem Stand vor Ihrer Korrektur unterscheiden: {count}</translation>
    </message>
    <message>
        <source>Being corrected. The differences are counted when you save or finish.</source>
        <translation>Wird korrigiert. Die Unterschiede werden beim Speichern oder Beenden gezählt.</translation>
    </message>
    <message>
        <source>Finish correcting</source>
        <translation>Korrektur beenden</translation>
    </message>
    <message>
        <source>Segments that differ from the model's: {count}</source>
        <translation>Segmente, die von denen des Modells abweichen: {count}</translation>
    </message>
    <message>
        <source>Nothing differs from before your correction.</source>
        <translation>Nichts unterscheidet sich vom Stand vor Ihrer Korrektur.</translation>
    </message>
    <message>
        <source>Nothing differs from the model's segments.</source>
        <translation>Nichts weicht von den Segmenten des Modells ab.</translation>
    </message>
    <message>
        <source>The case was removed from the scene; all that was saved is kept. Open it again.</source>
        <translation>Der Fall wurde aus der Szene entfernt; alles Gespeicherte bleibt erhalten. Öffnen Sie ihn erneut.</translation>
    </message>
    <message>
        <source>Case {case} is approved.</source>
        <translation>Fall {case} ist freigegeben.</translation>
    </message>
    <message>
        <source>Not accepted: fix what is marked ✖, or approve it as it is.</source>
        <translation>Nicht angenommen: Beheben Sie, was mit ✖ markiert ist, oder geben Sie es so frei, wie es ist.</translation>
    </message>
    <message>
        <source>No case is open. Choose one in the queue.</source>
        <translation>Kein Fall ist geöffnet. Wählen Sie einen aus der Warteliste.</translation>
    </message>
    <message>
        <source>The other version was not overwritten. Your work is kept as a draft.</source>
        <translation>Die andere Version wurde nicht überschrieben. Ihre Arbeit bleibt als Entwurf erhalten.</translation>
    </message>
    <message>
        <source>Version {number} is the current one now.</source>
        <translation>Version {number} ist jetzt die aktuelle.</translation>
    </message>
    <message>
        <source>Saved as version {number}.</source>
        <translation>Als Version {number} gespeichert.</translation>
    </message>
    <message>
        <source>{names}: not one of SPIDER's structures, so it is kept in the draft only. Use Missing.</source>
        <translation>{names}: keine der SPIDER-Strukturen, bleibt also nur im Entwurf. Verwenden Sie „Fehlend“.</translation>
    </message>
    <message>
        <source>Opening case {case}…</source>
        <translation>Fall {case} wird geöffnet …</translation>
    </message>
    <message>
        <source>No case is left to correct.</source>
        <translation>Kein Fall ist mehr zu korrigieren.</translation>
    </message>
    <message>
        <source>Not saved: {reason}</source>
        <translation>Nicht gespeichert: {reason}</translation>
    </message>
    <message>
        <source>Images are being added; those already added are kept.</source>
        <translation>Bilder werden hinzugefügt; bereits hinzugefügte bleiben erhalten.</translation>
    </message>
    <message>
        <source>No model is chosen under Model.</source>
        <translation>Unter Modell ist keines gewählt.</translation>
    </message>
    <message>
        <source>This folder is neither a data set nor empty. Choose another one.</source>
        <translation>Dieser Ordner ist weder ein Datensatz noch leer. Wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>Patients in the frozen test: {count} ({sha}). They are never trained on.</source>
        <translation>Patienten im eingefrorenen Test: {count} ({sha}). Mit ihnen wird nie trainiert.</translation>
    </message>
    <message>
        <source>Cancelled; what was added is kept.</source>
        <translation>Abgebrochen; was hinzugefügt wurde, bleibt erhalten.</translation>
    </message>
    <message>
        <source>No test is frozen yet. Freeze one before you train.</source>
        <translation>Noch ist kein Test eingefroren. Frieren Sie einen ein, bevor Sie trainieren.</translation>
    </message>
    <message>
        <source>Cases added: {count}.</source>
        <translation>Fälle hinzugefügt: {count}.</translation>
    </message>
    <message>
        <source>It starts with {title} {version}.</source>
        <translation>Beginnt mit {title} {version}.</translation>
    </message>
    <message>
        <source>Current model: {model}.</source>
        <translation>Aktuelles Modell: {model}.</translation>
    </message>
    <message>
        <source>This data set is for {task}; only segmentations are corrected here.</source>
        <translation>Dieser Datensatz ist für {task}; hier werden nur Segmentierungen korrigiert.</translation>
    </message>
    <message>
        <source>Left out: {n} × {why}</source>
        <translation>Ausgelassen: {n} × {why}</translation>
    </message>
    <message>
        <source>set aside</source>
        <translation>zurückgestellt</translation>
    </message>
    <message>
        <source>no cases yet</source>
        <translation>noch keine Fälle</translation>
    </message>
    <message>
        <source>It is closed.</source>
        <translation>Er ist geschlossen.</translation>
    </message>
    <message>
        <source>Open elsewhere: another Slicer is correcting this data set, so it is read-only here</source>
        <translation>Anderswo geöffnet: Ein anderes Slicer korrigiert diesen Datensatz, hier ist er daher schreibgeschützt</translation>
    </message>
    <message>
        <source>Read-only: {reason}</source>
        <translation>Schreibgeschützt: {reason}</translation>
    </message>
    <message>
        <source>Page with figures and pictures</source>
        <translation>Seite mit Kennzahlen und Bildern</translation>
    </message>
    <message>
        <source>Drawing of the curve</source>
        <translation>Zeichnung der Kurve</translation>
    </message>
    <message>
        <source>{model} was trained. Compare it before you use it.</source>
        <translation>{model} wurde trainiert. Vergleichen Sie es, bevor Sie es verwenden.</translation>
    </message>
    <message>
        <source>{n} of the {m} test cases were corrected from the current model's own answer, so its figures are too good and the new model looks worse than it is.</source>
        <translation>{n} der {m} Testfälle wurden ausgehend von der Antwort des aktuellen Modells korrigiert; seine Kennzahlen sind daher zu gut, und das neue Modell wirkt schlechter, als es ist.</translation>
    </message>
    <message>
        <source>{n} of the {m} test cases were corrected from the new model's own answer, so its figures are too good.</source>
        <translation>{n} der {m} Testfälle wurden ausgehend von der Antwort des neuen Modells korrigiert; seine Kennzahlen sind daher zu gut.</translation>
    </message>
    <message>
        <source>A model is being fine-tuned; this can be resumed later.</source>
        <translation>Ein Modell wird nachtrainiert; das lässt sich später fortsetzen.</translation>
    </message>
    <message>
        <source>Models are being compared; this would start over.</source>
        <translation>Modelle werden verglichen; das müsste von vorn beginnen.</translation>
    </message>
    <message>
        <source>A model is being promoted.</source>
        <translation>Ein Modell wird übernommen.</translation>
    </message>
    <message>
        <source>The learning curve is being computed.</source>
        <translation>Die Lernkurve wird berechnet.</translation>
    </message>
    <message>
        <source>Freeze the test first; without it nobody can tell whether a model is better.</source>
        <translation>Frieren Sie zuerst den Test ein; ohne ihn kann niemand sagen, ob ein Modell besser ist.</translation>
    </message>
    <message>
        <source>{model} was refused; {now} stays the current model.</source>
        <translation>{model} wurde abgelehnt; {now} bleibt das aktuelle Modell.</translation>
    </message>
    <message>
        <source>{model} is the current model again.</source>
        <translation>{model} ist wieder das aktuelle Modell.</translation>
    </message>
    <message>
        <source>Fine-tuning {name} was stopped at step {step} of {steps}.</source>
        <translation>Das Nachtrainieren {name} wurde bei Schritt {step} von {steps} angehalten.</translation>
    </message>
    <message>
        <source>Worse than the margin allows: {what}. To promote it, give a reason.</source>
        <translation>Schlechter, als die Toleranz erlaubt: {what}. Um es zu übernehmen, geben Sie einen Grund an.</translation>
    </message>
    <message>
        <source>Corrected cases to learn from: {cases}, patients: {patients}.</source>
        <translation>Korrigierte Fälle zum Lernen: {cases}, Patienten: {patients}.</translation>
    </message>
    <message>
        <source>Corrected cases of the test to measure on: {count}.</source>
        <translation>Korrigierte Fälle des Tests zum Messen: {count}.</translation>
    </message>
    <message>
        <source>Fine-tuning {name} is done; its model has not been added yet.</source>
        <translation>Das Nachtrainieren {name} ist fertig; sein Modell wurde noch nicht hinzugefügt.</translation>
    </message>
    <message>
        <source>Promoting {model}…</source>
        <translation>{model} wird übernommen …</translation>
    </message>
    <message>
        <source>{model} is the current model now.</source>
        <translation>{model} ist jetzt das aktuelle Modell.</translation>
    </message>
    <message>
        <source>Nowhere worse than the margin allows.</source>
        <translation>Nirgends schlechter, als die Toleranz erlaubt.</translation>
    </message>
    <message>
        <source>New cases are being segmented; finished ones are kept.</source>
        <translation>Neue Fälle werden segmentiert; fertige bleiben erhalten.</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>Zurückholen</translation>
    </message>
    <message>
        <source>Set aside</source>
        <translation>Zurückstellen</translation>
    </message>
    <message>
        <source>Case {part} of {parts}</source>
        <translation>Fall {part} von {parts}</translation>
    </message>
    <message>
        <source>Cases segmented: {count}.</source>
        <translation>Fälle segmentiert: {count}.</translation>
    </message>
    <message>
        <source>Cancelled; what is finished is kept.</source>
        <translation>Abgebrochen; was fertig ist, bleibt erhalten.</translation>
    </message>
    <message>
        <source>Approved by {by}</source>
        <translation>Freigegeben von {by}</translation>
    </message>
    <message>
        <source>Correction loop</source>
        <translation>Korrekturschleife</translation>
    </message>
    <message>
        <source>{title}: {running} Stop it and leave this data set?</source>
        <translation>{title}: {running} Abbrechen und diesen Datensatz verlassen?</translation>
    </message>
    <message>
        <source>{who} saved version {number} meanwhile. That is the current version now.</source>
        <translation>{who} hat inzwischen Version {number} gespeichert. Sie ist jetzt die aktuelle.</translation>
    </message>
    <message>
        <source>{who} chose version {number} meanwhile. That is the current version now.</source>
        <translation>{who} hat inzwischen Version {number} gewählt. Sie ist jetzt die aktuelle.</translation>
    </message>
    <message>
        <source>{who} approved version {number} meanwhile. That is the current version now.</source>
        <translation>{who} hat inzwischen Version {number} freigegeben. Sie ist jetzt die aktuelle.</translation>
    </message>
    <message>
        <source>Somebody with your name</source>
        <translation>Jemand mit Ihrem Namen</translation>
    </message>
    <message>
        <source>What is shown is not based on any version.</source>
        <translation>Was gezeigt wird, beruht auf keiner Version.</translation>
    </message>
    <message>
        <source>Another reader ({name})</source>
        <translation>Ein anderer Befunder ({name})</translation>
    </message>
    <message>
        <source>What is shown is based on version {base}.</source>
        <translation>Was gezeigt wird, beruht auf Version {base}.</translation>
    </message>
    <message>
        <source>in the frozen test</source>
        <translation>im eingefrorenen Test</translation>
    </message>
    <message>
        <source>read-only</source>
        <translation>schreibgeschützt</translation>
    </message>
    <message>
        <source>Case {case}</source>
        <translation>Fall {case}</translation>
    </message>
    <message>
        <source>{minutes:.1f} min</source>
        <translation>{minutes:.1f} min</translation>
    </message>
    <message>
        <source>The draft of {time} was restored; it is not a version yet.</source>
        <translation>Der Entwurf von {time} wurde wiederhergestellt; er ist noch keine Version.</translation>
    </message>
    <message>
        <source>Add the structure under Missing and paint into that; delete this segment.</source>
        <translation>Fügen Sie die Struktur unter „Fehlend“ hinzu und malen Sie dort hinein; löschen Sie dieses Segment.</translation>
    </message>
    <message>
        <source>Set aside: {why}</source>
        <translation>Zurückgestellt: {why}</translation>
    </message>
    <message>
        <source>{names} has no SPIDER number, so no version can hold it</source>
        <translation>{names} hat keine SPIDER-Nummer und kann daher in keiner Version stehen</translation>
    </message>
    <message>
        <source>{error} What you painted is kept as a draft.</source>
        <translation>{error} Was Sie gemalt haben, bleibt als Entwurf erhalten.</translation>
    </message>
    <message>
        <source>Undone: {naming}</source>
        <translation>Zurückgenommen: {naming}</translation>
    </message>
    <message>
        <source>Starter model. </source>
        <translation>Startmodell. </translation>
    </message>
    <message>
        <source>Measuring…</source>
        <translation>Wird gemessen …</translation>
    </message>
    <message>
        <source> (cut)</source>
        <translation> (angeschnitten)</translation>
    </message>
    <message>
        <source>Click to jump there in all views.</source>
        <translation>Klicken springt in allen Ansichten dorthin.</translation>
    </message>
    <message>
        <source>Segment, correct, accept, train, compare, promote: a data set that grows.</source>
        <translation>Segmentieren, korrigieren, annehmen, trainieren, vergleichen, übernehmen: ein Datensatz, der wächst.</translation>
    </message>
    <message>
        <source>Data set</source>
        <translation>Datensatz</translation>
    </message>
    <message>
        <source>The folder that holds cases, versions and models.</source>
        <translation>Der Ordner mit Fällen, Versionen und Modellen.</translation>
    </message>
    <message>
        <source>The data set's folder. Enter a new or empty one to make a data set there.</source>
        <translation>Der Ordner des Datensatzes. Geben Sie einen neuen oder leeren an, um dort einen Datensatz anzulegen.</translation>
    </message>
    <message>
        <source>Reload</source>
        <translation>Neu laden</translation>
    </message>
    <message>
        <source>Loads what another program wrote, and lets you write once the other reader has closed the data set.</source>
        <translation>Lädt, was ein anderes Programm geschrieben hat, und lässt Sie schreiben, sobald der andere Befunder den Datensatz geschlossen hat.</translation>
    </message>
    <message>
        <source>Who corrects; saved with every version. Kept in the settings of this computer.</source>
        <translation>Wer korrigiert; wird mit jeder Version gespeichert. Wird in den Einstellungen dieses Rechners behalten.</translation>
    </message>
    <message>
        <source>Your name</source>
        <translation>Ihr Name</translation>
    </message>
    <message>
        <source>What the data set holds, and whether you can write to it.</source>
        <translation>Was der Datensatz enthält, und ob Sie in ihn schreiben können.</translation>
    </message>
    <message>
        <source>Makes a data set in the folder above.</source>
        <translation>Legt im Ordner oben einen Datensatz an.</translation>
    </message>
    <message>
        <source>What the data set is called.</source>
        <translation>Wie der Datensatz heißt.</translation>
    </message>
    <message>
        <source>For example: lumbar, scanner 3</source>
        <translation>Zum Beispiel: lumbal, Scanner 3</translation>
    </message>
    <message>
        <source>The model that the loop starts with.</source>
        <translation>Das Modell, mit dem die Schleife beginnt.</translation>
    </message>
    <message>
        <source>Make a data set here</source>
        <translation>Hier einen Datensatz anlegen</translation>
    </message>
    <message>
        <source>Makes the data set with the model chosen under Model, which is copied into the folder.</source>
        <translation>Legt den Datensatz mit dem unter Modell gewählten Modell an, das in den Ordner kopiert wird.</translation>
    </message>
    <message>
        <source>Add images and keep a test apart.</source>
        <translation>Bilder hinzufügen und einen Test abtrennen.</translation>
    </message>
    <message>
        <source>The DICOM folder of one study or of many, or a folder of volume files.</source>
        <translation>Der DICOM-Ordner einer oder vieler Studien oder ein Ordner mit Volumendateien.</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Adds the images as cases. Images that are already there are not added twice. Click again to cancel.</source>
        <translation>Fügt die Bilder als Fälle hinzu. Bilder, die schon da sind, werden nicht doppelt hinzugefügt. Noch einmal klicken bricht ab.</translation>
    </message>
    <message>
        <source>The weighting, where the images do not say it.</source>
        <translation>Die Wichtung, wo die Bilder sie nicht angeben.</translation>
    </message>
    <message>
        <source>The region, where the images do not say it.</source>
        <translation>Die Region, wo die Bilder sie nicht angeben.</translation>
    </message>
    <message>
        <source>Images only</source>
        <translation>Nur Bilder</translation>
    </message>
    <message>
        <source>Ignores label maps that lie with the images; otherwise they are added as corrections.</source>
        <translation>Übergeht Labelkarten, die bei den Bildern liegen; sonst werden sie als Korrekturen hinzugefügt.</translation>
    </message>
    <message>
        <source>Which images are read.</source>
        <translation>Welche Bilder gelesen werden.</translation>
    </message>
    <message>
        <source>Test, %:</source>
        <translation>Test, %:</translation>
    </message>
    <message>
        <source>The share of patients that is kept for the test, and never trained on.</source>
        <translation>Der Anteil der Patienten, der für den Test zurückgehalten und mit dem nie trainiert wird.</translation>
    </message>
    <message>
        <source>Freeze the test</source>
        <translation>Test einfrieren</translation>
    </message>
    <message>
        <source>Draws the test patients, region by region and scanner by scanner. This is done once: the test is never drawn again, and never trained on.</source>
        <translation>Lost die Testpatienten aus, Region für Region und Scanner für Scanner. Das geschieht einmal: Der Test wird nie neu gelost, und mit ihm wird nie trainiert.</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Warteliste</translation>
    </message>
    <message>
        <source>The cases in the order in which to correct them.</source>
        <translation>Die Fälle in der Reihenfolge, in der sie zu korrigieren sind.</translation>
    </message>
    <message>
        <source>Order:</source>
        <translation>Reihenfolge:</translation>
    </message>
    <message>
        <source>Which case comes first.</source>
        <translation>Welcher Fall zuerst kommt.</translation>
    </message>
    <message>
        <source>The cases, the next one on top. Double-click or Enter opens one.</source>
        <translation>Die Fälle, der nächste oben. Doppelklick oder Eingabetaste öffnet einen.</translation>
    </message>
    <message>
        <source>Why the chosen case stands at this place.</source>
        <translation>Warum der gewählte Fall an dieser Stelle steht.</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Opens the chosen case. Enter or a double-click does the same.</source>
        <translation>Öffnet den gewählten Fall. Eingabetaste oder Doppelklick bewirken dasselbe.</translation>
    </message>
    <message>
        <source>Segment the new cases</source>
        <translation>Neue Fälle segmentieren</translation>
    </message>
    <message>
        <source>Has the current model segment the cases that it has not segmented yet, and shows where it is not sure. Click again to cancel; finished cases are kept.</source>
        <translation>Lässt das aktuelle Modell die Fälle segmentieren, die es noch nicht segmentiert hat, und zeigt, wo es unsicher ist. Noch einmal klicken bricht ab; fertige Fälle bleiben erhalten.</translation>
    </message>
    <message>
        <source>Why this case is not to be used</source>
        <translation>Warum dieser Fall nicht verwendet werden soll</translation>
    </message>
    <message>
        <source>The reason is kept in the data set and shown in the queue.</source>
        <translation>Der Grund wird im Datensatz behalten und in der Warteliste gezeigt.</translation>
    </message>
    <message>
        <source>The chosen case is no longer used, neither for training nor in the test. Nothing of it is removed, and it can be taken back.</source>
        <translation>Der gewählte Fall wird nicht mehr verwendet, weder zum Training noch im Test. Nichts von ihm wird gelöscht, und er kann zurückgeholt werden.</translation>
    </message>
    <message>
        <source>Which case is being segmented, and the time left.</source>
        <translation>Welcher Fall gerade segmentiert wird, und die verbleibende Zeit.</translation>
    </message>
    <message>
        <source>The outcome.</source>
        <translation>Das Ergebnis.</translation>
    </message>
    <message>
        <source>Case</source>
        <translation>Fall</translation>
    </message>
    <message>
        <source>The open case: look, correct, accept.</source>
        <translation>Der geöffnete Fall: ansehen, korrigieren, annehmen.</translation>
    </message>
    <message>
        <source>The case, its state, and the time that you worked on it.</source>
        <translation>Der Fall, sein Stand, und wie lange Sie an ihm gearbeitet haben.</translation>
    </message>
    <message>
        <source>Version:</source>
        <translation>Version:</translation>
    </message>
    <message>
        <source>Every saved state of this case. Choosing an older one makes it the current one; nothing is deleted.</source>
        <translation>Jeder gespeicherte Stand dieses Falls. Wird ein älterer gewählt, ist er der aktuelle; nichts wird gelöscht.</translation>
    </message>
    <message>
        <source>What another reader did with this case while it was open here.</source>
        <translation>Was ein anderer Befunder mit diesem Fall tat, während er hier geöffnet war.</translation>
    </message>
    <message>
        <source>Use mine</source>
        <translation>Meine verwenden</translation>
    </message>
    <message>
        <source>Saves what is shown as the current version. The other reader's version stays in the list.</source>
        <translation>Speichert, was gezeigt wird, als aktuelle Version. Die Version des anderen Befunders bleibt in der Liste.</translation>
    </message>
    <message>
        <source>Uncertainty</source>
        <translation>Unsicherheit</translation>
    </message>
    <message>
        <source>Shows where the model is not sure, over the image.</source>
        <translation>Zeigt über dem Bild, wo das Modell unsicher ist.</translation>
    </message>
    <message>
        <source>How strongly it covers the image.</source>
        <translation>Wie stark sie das Bild überdeckt.</translation>
    </message>
    <message>
        <source>Next structure</source>
        <translation>Nächste Struktur</translation>
    </message>
    <message>
        <source>Jumps to the next structure from head to foot and makes it the one that is edited (Alt+S).</source>
        <translation>Springt von Kopf nach Fuß zur nächsten Struktur und macht sie zur bearbeiteten (Alt+S).</translation>
    </message>
    <message>
        <source>Next place</source>
        <translation>Nächste Stelle</translation>
    </message>
    <message>
        <source>Jumps to the next implausible place (Alt+P).</source>
        <translation>Springt zur nächsten unplausiblen Stelle (Alt+P).</translation>
    </message>
    <message>
        <source>Missing:</source>
        <translation>Fehlend:</translation>
    </message>
    <message>
        <source>A structure that the model missed.</source>
        <translation>Eine Struktur, die das Modell nicht gefunden hat.</translation>
    </message>
    <message>
        <source>Add it</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Adds an empty segment for it, for you to paint.</source>
        <translation>Fügt ein leeres Segment dafür hinzu, in das Sie malen.</translation>
    </message>
    <message>
        <source>Correct in Segment Editor</source>
        <translation>Im Segment Editor korrigieren</translation>
    </message>
    <message>
        <source>Opens the editor here with paint, erase, islands, smoothing and grow from seeds. Your work is saved automatically.</source>
        <translation>Öffnet hier den Editor mit Malen, Radieren, Inseln, Glätten und Wachsen aus Startpunkten. Ihre Arbeit wird automatisch gespeichert.</translation>
    </message>
    <message>
        <source>The segment editor.</source>
        <translation>Der Segment Editor.</translation>
    </message>
    <message>
        <source>What you changed.</source>
        <translation>Was Sie geändert haben.</translation>
    </message>
    <message>
        <source>What you changed in each segment, in voxels and as Dice overlap.</source>
        <translation>Was in jedem Segment geändert wurde, in Voxeln und als Dice-Überlappung.</translation>
    </message>
    <message>
        <source>What is impossible (✖, to be fixed before the case is accepted) or rare (·). Click a row to jump there; Alt+P goes to the next one.</source>
        <translation>Was unmöglich (✖, vor dem Annehmen zu beheben) oder selten (·) ist. Klick auf eine Zeile springt dorthin; Alt+P geht zur nächsten.</translation>
    </message>
    <message>
        <source>Whether the case can be accepted, or what to do first.</source>
        <translation>Ob der Fall angenommen werden kann, oder was zuerst zu tun ist.</translation>
    </message>
    <message>
        <source>Approve as it is</source>
        <translation>So freigeben, wie es ist</translation>
    </message>
    <message>
        <source>Approves the case in spite of the marked findings; they are recorded with your name.</source>
        <translation>Gibt den Fall trotz der markierten Befunde frei; sie werden mit Ihrem Namen festgehalten.</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Annehmen</translation>
    </message>
    <message>
        <source>Checks the case, approves it, and opens the next one (Alt+A).</source>
        <translation>Prüft den Fall, gibt ihn frei und öffnet den nächsten (Alt+A).</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Saves a version now. This also happens when you leave the case.</source>
        <translation>Speichert jetzt eine Version. Das geschieht auch, wenn Sie den Fall verlassen.</translation>
    </message>
    <message>
        <source>Next case</source>
        <translation>Nächster Fall</translation>
    </message>
    <message>
        <source>Saves this case and opens the next one of the queue (Alt+N).</source>
        <translation>Speichert diesen Fall und öffnet den nächsten der Warteliste (Alt+N).</translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>Lernen</translation>
    </message>
    <message>
        <source>The model learns from corrected cases, is compared, and promoted.</source>
        <translation>Das Modell lernt aus korrigierten Fällen, wird verglichen und übernommen.</translation>
    </message>
    <message>
        <source>How many cases the next model would be trained on.</source>
        <translation>Mit wie vielen Fällen das nächste Modell trainiert würde.</translation>
    </message>
    <message>
        <source>Fine-tune</source>
        <translation>Nachtrainieren</translation>
    </message>
    <message>
        <source>Trains a new model in a process of its own, while you go on correcting. Click again to cancel; the run can be resumed.</source>
        <translation>Trainiert ein neues Modell in einem eigenen Prozess, während Sie weiter korrigieren. Noch einmal klicken bricht ab; der Lauf lässt sich fortsetzen.</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Resumes the run that was stopped.</source>
        <translation>Setzt den angehaltenen Lauf fort.</translation>
    </message>
    <message>
        <source>Which step, and the time left.</source>
        <translation>Welcher Schritt, und die verbleibende Zeit.</translation>
    </message>
    <message>
        <source>How the run is going: one row per validation.</source>
        <translation>Wie der Lauf vorankommt: eine Zeile je Validierung.</translation>
    </message>
    <message>
        <source>The outcome of the run.</source>
        <translation>Das Ergebnis des Laufs.</translation>
    </message>
    <message>
        <source>New model:</source>
        <translation>Neues Modell:</translation>
    </message>
    <message>
        <source>Which model is compared with the current one.</source>
        <translation>Welches Modell mit dem aktuellen verglichen wird.</translation>
    </message>
    <message>
        <source>Compare on the test</source>
        <translation>Am Test vergleichen</translation>
    </message>
    <message>
        <source>Runs both models on the frozen test, in a process of its own.</source>
        <translation>Lässt beide Modelle in einem eigenen Prozess auf dem eingefrorenen Test laufen.</translation>
    </message>
    <message>
        <source>Which case is measured.</source>
        <translation>Welcher Fall gemessen wird.</translation>
    </message>
    <message>
        <source>Both models on the frozen test. Rows marked with ▼ are worse than the margin allows.</source>
        <translation>Beide Modelle auf dem eingefrorenen Test. Zeilen mit ▼ sind schlechter, als die Toleranz erlaubt.</translation>
    </message>
    <message>
        <source>Opens the page with all figures and pictures.</source>
        <translation>Öffnet die Seite mit allen Kennzahlen und Bildern.</translation>
    </message>
    <message>
        <source>Whether the model can be promoted, and if not, why.</source>
        <translation>Ob das Modell übernommen werden kann, und falls nicht, warum.</translation>
    </message>
    <message>
        <source>Why a model that is worse somewhere is promoted anyway. It is written on its card.</source>
        <translation>Warum ein Modell, das irgendwo schlechter ist, trotzdem übernommen wird. Das steht dann auf seiner Karte.</translation>
    </message>
    <message>
        <source>Promote</source>
        <translation>Übernehmen</translation>
    </message>
    <message>
        <source>Makes the new model the current one.</source>
        <translation>Macht das neue Modell zum aktuellen.</translation>
    </message>
    <message>
        <source>Refuse</source>
        <translation>Ablehnen</translation>
    </message>
    <message>
        <source>Keeps the current model; the new one stays in the folder, marked as refused.</source>
        <translation>Behält das aktuelle Modell; das neue bleibt, als abgelehnt bezeichnet, im Ordner.</translation>
    </message>
    <message>
        <source>Earlier model:</source>
        <translation>Früheres Modell:</translation>
    </message>
    <message>
        <source>A model that was the current one before.</source>
        <translation>Ein Modell, das früher das aktuelle war.</translation>
    </message>
    <message>
        <source>Go back</source>
        <translation>Zurück dazu</translation>
    </message>
    <message>
        <source>Makes the earlier model the current one again.</source>
        <translation>Macht das frühere Modell wieder zum aktuellen.</translation>
    </message>
    <message>
        <source>Learning curve</source>
        <translation>Lernkurve</translation>
    </message>
    <message>
        <source>Computes Dice on the test against corrected cases and minutes.</source>
        <translation>Berechnet Dice auf dem Test gegen korrigierte Fälle und Minuten.</translation>
    </message>
    <message>
        <source>Dice on the frozen test against cases and minutes of correcting.</source>
        <translation>Dice auf dem eingefrorenen Test gegen Fälle und Minuten der Korrektur.</translation>
    </message>
    <message>
        <source>Opens the page with the learning curve.</source>
        <translation>Öffnet die Seite mit der Lernkurve.</translation>
    </message>
    <message>
        <source>Its number in the data set.</source>
        <translation>Seine Nummer im Datensatz.</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Stand</translation>
    </message>
    <message>
        <source>New, automatic, corrected or approved; T marks a case of the frozen test.</source>
        <translation>Neu, automatisch, korrigiert oder freigegeben; T bezeichnet einen Fall des eingefrorenen Tests.</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>How much the model is likely to learn from it; higher comes first.</source>
        <translation>Wie viel das Modell voraussichtlich daraus lernt; höhere kommen zuerst.</translation>
    </message>
    <message>
        <source>Why it stands at this place.</source>
        <translation>Warum er an dieser Stelle steht.</translation>
    </message>
    <message>
        <source>Its name.</source>
        <translation>Der Name.</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>Voxels before the correction.</source>
        <translation>Voxel vor der Korrektur.</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
    <message>
        <source>Voxels now.</source>
        <translation>Voxel jetzt.</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>Hinzugefügt</translation>
    </message>
    <message>
        <source>Voxels added.</source>
        <translation>Hinzugefügte Voxel.</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>Entfernt</translation>
    </message>
    <message>
        <source>Voxels removed.</source>
        <translation>Entfernte Voxel.</translation>
    </message>
    <message>
        <source>Dice</source>
        <translation>Dice</translation>
    </message>
    <message>
        <source>Overlap of before and after; 1 means identical.</source>
        <translation>Überlappung von vorher und nachher; 1 heißt gleich.</translation>
    </message>
    <message>
        <source>✖ has to be fixed, · is worth a look.</source>
        <translation>✖ muss behoben werden, · ist einen Blick wert.</translation>
    </message>
    <message>
        <source>Where to look</source>
        <translation>Wo hinzusehen ist</translation>
    </message>
    <message>
        <source>What is implausible; click to jump there in all views.</source>
        <translation>Was unplausibel ist; Klicken springt in allen Ansichten dorthin.</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Steps trained so far.</source>
        <translation>Bisher trainierte Schritte.</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>Loss</translation>
    </message>
    <message>
        <source>Mean training loss since the previous row.</source>
        <translation>Mittlerer Trainings-Loss seit der vorigen Zeile.</translation>
    </message>
    <message>
        <source>Mean of the validation cases, which are not trained on.</source>
        <translation>Mittel der Validierungsfälle, mit denen nicht trainiert wird.</translation>
    </message>
    <message>
        <source>▼ worse than the margin allows.</source>
        <translation>▼ schlechter, als die Toleranz erlaubt.</translation>
    </message>
    <message>
        <source>What is compared.</source>
        <translation>Was verglichen wird.</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Jetzt</translation>
    </message>
    <message>
        <source>Dice of the current model.</source>
        <translation>Dice des aktuellen Modells.</translation>
    </message>
    <message>
        <source>New</source>
        <translation>Neu</translation>
    </message>
    <message>
        <source>Dice of the new model.</source>
        <translation>Dice des neuen Modells.</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Differenz</translation>
    </message>
    <message>
        <source>New minus current, with its 95 % interval.</source>
        <translation>Neu minus aktuell, mit 95-%-Intervall.</translation>
    </message>
    <message>
        <source>Which model.</source>
        <translation>Welches Modell.</translation>
    </message>
    <message>
        <source>Cases</source>
        <translation>Fälle</translation>
    </message>
    <message>
        <source>Corrected cases that it was trained on.</source>
        <translation>Korrigierte Fälle, mit denen es trainiert wurde.</translation>
    </message>
    <message>
        <source>Minutes</source>
        <translation>Minuten</translation>
    </message>
    <message>
        <source>Time spent on correcting them.</source>
        <translation>Zeit, die ihre Korrektur brauchte.</translation>
    </message>
    <message>
        <source>Figure</source>
        <translation>Kennzahl</translation>
    </message>
    <message>
        <source>What was measured, as on the page of the comparison.</source>
        <translation>Was gemessen wurde, wie auf der Seite des Vergleichs.</translation>
    </message>
    <message>
        <source>Mean on the frozen test, with its 95 % interval.</source>
        <translation>Mittel auf dem eingefrorenen Test, mit 95-%-Intervall.</translation>
    </message>
    <message>
        <source>What is segmented: a loaded volume or a DICOM folder.</source>
        <translation>Was segmentiert wird: ein geladenes Volumen oder ein DICOM-Ordner.</translation>
    </message>
    <message>
        <source>A lumbar sagittal T1 or T2 volume of the scene. It is used instead of the folder.</source>
        <translation>Ein lumbales sagittales T1- oder T2-Volumen der Szene. Es wird anstelle des Ordners verwendet.</translation>
    </message>
    <message>
        <source>Which stack is segmented. Automatic: the sagittal one that the models fit best, T2 before T1; the reason is shown below.</source>
        <translation>Welcher Block segmentiert wird. Automatisch: der sagittale, zu dem die Modelle am besten passen, T2 vor T1; der Grund steht darunter.</translation>
    </message>
    <message>
        <source>Which stack is segmented and why, or why none is.</source>
        <translation>Welcher Block segmentiert wird und warum, oder warum keiner.</translation>
    </message>
    <message>
        <source>The weighting, where the headers do not say it.</source>
        <translation>Die Wichtung, wo die Kopfdaten sie nicht angeben.</translation>
    </message>
    <message>
        <source>The region, where the headers do not say it.</source>
        <translation>Die Region, wo die Kopfdaten sie nicht angeben.</translation>
    </message>
    <message>
        <source>Runs the model on images that it was not made for. The result is marked as forced wherever it is shown.</source>
        <translation>Lässt das Modell auf Bildern laufen, für die es nicht gemacht ist. Das Ergebnis ist überall, wo es erscheint, als erzwungen bezeichnet.</translation>
    </message>
    <message>
        <source>Which model segments, and on which device.</source>
        <translation>Welches Modell segmentiert und auf welchem Gerät.</translation>
    </message>
    <message>
        <source>Model:</source>
        <translation>Modell:</translation>
    </message>
    <message>
        <source>Which model segments. Its limits are shown below.</source>
        <translation>Welches Modell segmentiert. Seine Grenzen stehen darunter.</translation>
    </message>
    <message>
        <source>What the model is for, and what it is not.</source>
        <translation>Wofür das Modell gedacht ist und wofür nicht.</translation>
    </message>
    <message>
        <source>Where the network runs; auto uses the graphics card if there is one.</source>
        <translation>Wo das Netz läuft; auto verwendet die Grafikkarte, falls es eine gibt.</translation>
    </message>
    <message>
        <source>Segment</source>
        <translation>Segmentieren</translation>
    </message>
    <message>
        <source>Segments vertebrae, discs and canal in a process of its own; Slicer stays usable. Click again, or press Esc, to cancel.</source>
        <translation>Segmentiert Wirbel, Bandscheiben und Kanal in einem eigenen Prozess; Slicer bleibt bedienbar. Noch einmal klicken oder Esc bricht ab.</translation>
    </message>
    <message>
        <source>What is being done, and the time left.</source>
        <translation>Was gerade geschieht, und die verbleibende Zeit.</translation>
    </message>
    <message>
        <source>What the result may be used for.</source>
        <translation>Wofür das Ergebnis verwendet werden darf.</translation>
    </message>
    <message>
        <source>Structures</source>
        <translation>Strukturen</translation>
    </message>
    <message>
        <source>What was found, with its sizes.</source>
        <translation>Was gefunden wurde, mit Größen.</translation>
    </message>
    <message>
        <source>Segmentation:</source>
        <translation>Segmentierung:</translation>
    </message>
    <message>
        <source>Which segmentation is shown, named, corrected and exported here.</source>
        <translation>Welche Segmentierung hier gezeigt, benannt, korrigiert und exportiert wird.</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>Noch keine</translation>
    </message>
    <message>
        <source>Vertebrae</source>
        <translation>Wirbel</translation>
    </message>
    <message>
        <source>Shows or hides all vertebrae.</source>
        <translation>Zeigt oder verbirgt alle Wirbel.</translation>
    </message>
    <message>
        <source>Discs</source>
        <translation>Bandscheiben</translation>
    </message>
    <message>
        <source>Shows or hides all discs.</source>
        <translation>Zeigt oder verbirgt alle Bandscheiben.</translation>
    </message>
    <message>
        <source>Canal</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>Shows or hides the spinal canal.</source>
        <translation>Zeigt oder verbirgt den Spinalkanal.</translation>
    </message>
    <message>
        <source>3D</source>
        <translation>3D</translation>
    </message>
    <message>
        <source>Makes surfaces and shows them in the 3D view; this takes a few seconds.</source>
        <translation>Erzeugt Oberflächen und zeigt sie in der 3D-Ansicht; das dauert einige Sekunden.</translation>
    </message>
    <message>
        <source>Click a row to jump there in all views. Sizes in mm, mm² and ml; hold the pointer over a number to see all measurements of its level.</source>
        <translation>Klick auf eine Zeile springt in allen Ansichten dorthin. Größen in mm, mm² und ml; der Zeiger über einer Zahl zeigt alle Messwerte ihrer Höhe.</translation>
    </message>
    <message>
        <source>Why the levels are named like this, or why they are not named; and the narrowest level.</source>
        <translation>Warum die Höhen so benannt sind oder warum nicht; und die engste Höhe.</translation>
    </message>
    <message>
        <source>Names</source>
        <translation>Namen</translation>
    </message>
    <message>
        <source>Name one vertebra; all others, and the levels of axial slices, follow.</source>
        <translation>Benennen Sie einen Wirbel; alle anderen und die Höhen der axialen Schichten folgen.</translation>
    </message>
    <message>
        <source>Vertebra:</source>
        <translation>Wirbel:</translation>
    </message>
    <message>
        <source>The vertebra to name. You can also choose it in the table above.</source>
        <translation>Welchen Wirbel Sie benennen. Er lässt sich auch in der Tabelle oben wählen.</translation>
    </message>
    <message>
        <source>Name it</source>
        <translation>Benennen</translation>
    </message>
    <message>
        <source>Names this vertebra and, from it, all others, the discs and the levels of slices.</source>
        <translation>Benennt diesen Wirbel und von ihm aus alle anderen, die Bandscheiben und die Höhen der Schichten.</translation>
    </message>
    <message>
        <source>Transitional anatomy: four if L5 belongs to the sacrum, six if there is an L6.</source>
        <translation>Übergangsanatomie: vier, wenn L5 zum Kreuzbein gehört, sechs bei einem L6.</translation>
    </message>
    <message>
        <source>Set number</source>
        <translation>Zahl festlegen</translation>
    </message>
    <message>
        <source>Names all vertebrae from the lowest one, which must be the lowest free vertebra.</source>
        <translation>Benennt alle vom untersten Wirbel an; er muss der unterste freie sein.</translation>
    </message>
    <message>
        <source>Undo naming</source>
        <translation>Benennung zurücknehmen</translation>
    </message>
    <message>
        <source>Undoes the last naming: names, levels of slices and tables. It stays in the log.</source>
        <translation>Nimmt die letzte Benennung zurück: Namen, Höhen der Schichten und Tabellen. Sie bleibt im Protokoll.</translation>
    </message>
    <message>
        <source>Redo naming</source>
        <translation>Benennung wiederherstellen</translation>
    </message>
    <message>
        <source>Redoes the naming that was undone.</source>
        <translation>Stellt die zurückgenommene Benennung wieder her.</translation>
    </message>
    <message>
        <source>The outcome of the last naming.</source>
        <translation>Das Ergebnis der letzten Benennung.</translation>
    </message>
    <message>
        <source>Correct</source>
        <translation>Korrigieren</translation>
    </message>
    <message>
        <source>Correct segments with Segment Editor; the original is kept.</source>
        <translation>Segmente mit dem Segment Editor korrigieren; das Original bleibt erhalten.</translation>
    </message>
    <message>
        <source>Opens the editor here with paint, erase, islands, smoothing and grow from seeds. The model's segmentation is kept.</source>
        <translation>Öffnet hier den Editor mit Malen, Radieren, Inseln, Glätten und Wachsen aus Startpunkten. Die Segmentierung des Modells bleibt erhalten.</translation>
    </message>
    <message>
        <source>The label map as a file, in SPIDER’s numbers, on the input’s own grid.</source>
        <translation>Die Labelkarte als Datei, mit den Nummern von SPIDER, auf dem Gitter des Eingabebilds.</translation>
    </message>
    <message>
        <source>File:</source>
        <translation>Datei:</translation>
    </message>
    <message>
        <source>A file name that ends with .nii.gz, .nrrd or .mha.</source>
        <translation>Ein Dateiname, der auf .nii.gz, .nrrd oder .mha endet.</translation>
    </message>
    <message>
        <source>Writes the label map, your corrections included.</source>
        <translation>Schreibt die Labelkarte, mit Ihren Korrekturen.</translation>
    </message>
    <message>
        <source>The outcome of the last export.</source>
        <translation>Das Ergebnis des letzten Exports.</translation>
    </message>
    <message>
        <source>The correction loop.</source>
        <translation>Die Korrekturschleife.</translation>
    </message>
    <message>
        <source>Its name; "cut" means that the border of the image cuts it off.</source>
        <translation>Der Name; „angeschnitten“ heißt, dass der Bildrand sie abschneidet.</translation>
    </message>
    <message>
        <source>ml</source>
        <translation>ml</translation>
    </message>
    <message>
        <source>Volume, millilitres.</source>
        <translation>Volumen in Millilitern.</translation>
    </message>
    <message>
        <source>Height
f m b</source>
        <translation>Höhe
v m h</translation>
    </message>
    <message>
        <source>Height of the disc, or of the vertebra’s body, in its front, middle and back third, mm.</source>
        <translation>Höhe der Bandscheibe oder des Wirbelkörpers im vorderen, mittleren und hinteren Drittel, mm.</translation>
    </message>
    <message>
        <source>Canal
mm²</source>
        <translation>Kanal
mm²</translation>
    </message>
    <message>
        <source>Area of the canal in the disc’s plane, mm².</source>
        <translation>Fläche des Kanals in der Ebene der Bandscheibe, mm².</translation>
    </message>
    <message>
        <source>AP</source>
        <translation>AP</translation>
    </message>
    <message>
        <source>Canal, front to back, in the disc’s plane, mm.</source>
        <translation>Kanal von vorn nach hinten in der Ebene der Bandscheibe, mm.</translation>
    </message>
    <message>
        <source>Install downloads PyTorch through the PyTorch extension, which takes up to several gigabytes of disk, and the rest from the Python package index.</source>
        <translation>Installieren lädt PyTorch über die Erweiterung PyTorch, was bis zu mehreren Gigabyte Speicher braucht, und das Übrige vom Python-Paketindex.</translation>
    </message>
    <message>
        <source>Everything that reading needs is installed in Slicer's Python.</source>
        <translation>Alles, was die Auswertung braucht, ist in Slicers Python installiert.</translation>
    </message>
    <message>
        <source>This Slicer cannot install them; use 5.12 or later, or another Python.</source>
        <translation>Dieses Slicer kann sie nicht installieren; verwenden Sie 5.12 oder neuer oder ein anderes Python.</translation>
    </message>
    <message>
        <source>Install downloads them from the Python package index.</source>
        <translation>Installieren lädt sie vom Python-Paketindex.</translation>
    </message>
    <message>
        <source>First install the extension PyTorch in the Extension Manager and restart Slicer; or choose another Python, or a folder of wheels.</source>
        <translation>Installieren Sie zuerst im Extension Manager die Erweiterung PyTorch und starten Sie Slicer neu; oder nennen Sie ein anderes Python oder einen Ordner mit Wheels.</translation>
    </message>
    <message>
        <source>The extension PyTorch is not installed</source>
        <translation>Die Erweiterung PyTorch ist nicht installiert</translation>
    </message>
    <message>
        <source>Nothing was installed</source>
        <translation>Nichts wurde installiert</translation>
    </message>
    <message>
        <source>Reading runs in {path}.</source>
        <translation>Ausgewertet wird mit {path}.</translation>
    </message>
    <message>
        <source>There is no Python at {path}. Choose another one.</source>
        <translation>Unter {path} gibt es kein Python. Nennen Sie ein anderes.</translation>
    </message>
    <message>
        <source>Missing in Slicer's Python: {packages}.</source>
        <translation>In Slicers Python fehlt: {packages}.</translation>
    </message>
    <message>
        <source>There are no wheels in {folder}. Choose another folder.</source>
        <translation>In {folder} sind keine Wheels. Nennen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Install takes them from {folder}; no network is used.</source>
        <translation>Installieren nimmt sie aus {folder}; ein Netz wird nicht gebraucht.</translation>
    </message>
    <message>
        <source>There are no wheels in this folder</source>
        <translation>In diesem Ordner sind keine Wheels</translation>
    </message>
    <message>
        <source>Install it in the Extension Manager and restart Slicer.</source>
        <translation>Installieren Sie sie im Extension Manager und starten Sie Slicer neu.</translation>
    </message>
    <message>
        <source>PyTorch was declined.</source>
        <translation>PyTorch wurde abgelehnt.</translation>
    </message>
    <message>
        <source>Slicer's Python console shows what pip said. Try again, or choose a folder of wheels or another Python.</source>
        <translation>Slicers Python-Konsole zeigt die Meldung von pip. Versuchen Sie es noch einmal, oder nennen Sie einen Ordner mit Wheels oder ein anderes Python.</translation>
    </message>
    <message>
        <source>The installation failed: {kind}</source>
        <translation>Die Installation ist fehlgeschlagen: {kind}</translation>
    </message>
    <message>
        <source>Download them on another machine with:</source>
        <translation>Laden Sie sie auf einem anderen Rechner herunter, mit:</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Wird angehalten …</translation>
    </message>
    <message>
        <source>Asking the worker…</source>
        <translation>Der Auswerteprozess wird befragt …</translation>
    </message>
    <message>
        <source>Study {id}</source>
        <translation>Studie {id}</translation>
    </message>
    <message>
        <source>Choose a study's folder of DICOM</source>
        <translation>DICOM-Ordner einer Studie wählen</translation>
    </message>
    <message>
        <source>In Slicer's DICOM database</source>
        <translation>In Slicers DICOM-Datenbank</translation>
    </message>
    <message>
        <source>The folder holds {n} studies; choose one's folder.</source>
        <translation>Der Ordner enthält {n} Studien; wählen Sie den Ordner einer Studie.</translation>
    </message>
    <message>
        <source>The images of {name} are not in the scene: its file may be missing.</source>
        <translation>Die Bilder von {name} sind nicht in der Szene: Vielleicht fehlt die Datei.</translation>
    </message>
    <message>
        <source>There is nothing at this path. Choose another one.</source>
        <translation>Unter diesem Pfad ist nichts. Wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>This study's files are no longer where Slicer's database expects them.</source>
        <translation>Die Dateien dieser Studie sind nicht mehr dort, wo Slicers Datenbank sie erwartet.</translation>
    </message>
    <message>
        <source>From Slicer's DICOM database.</source>
        <translation>Aus Slicers DICOM-Datenbank.</translation>
    </message>
    <message>
        <source>Set it under Region.</source>
        <translation>Stellen Sie sie unter Region ein.</translation>
    </message>
    <message>
        <source>Set it under Weighting.</source>
        <translation>Stellen Sie sie unter Wichtung ein.</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>Ordner wählen …</translation>
    </message>
    <message>
        <source>Others: the DICOM module…</source>
        <translation>Andere: das DICOM-Modul …</translation>
    </message>
    <message>
        <source>There are no MR images in this folder. Choose another one.</source>
        <translation>In diesem Ordner sind keine MRT-Bilder. Wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>Read: {names}. {reason}.</source>
        <translation>Ausgewertet wird: {names}. {reason}.</translation>
    </message>
    <message>
        <source>No model is made for it ({reason}); it is read anyway and marked as forced.</source>
        <translation>Dafür nicht gemacht ({reason}); es wird trotzdem ausgewertet und als erzwungen bezeichnet.</translation>
    </message>
    <message>
        <source>The volume {name} is read.</source>
        <translation>Ausgewertet wird das Volumen {name}.</translation>
    </message>
    <message>
        <source>It is {words}.</source>
        <translation>Es ist: {words}.</translation>
    </message>
    <message>
        <source>What went wrong in the program itself.</source>
        <translation>Was im Programm selbst nicht geklappt hat.</translation>
    </message>
    <message>
        <source>Hides this line.</source>
        <translation>Verbirgt diese Zeile.</translation>
    </message>
    <message>
        <source>Something went wrong inside the program: {kind} in {place}. What is shown may be wrong. This is a fault of the program; Slicer's Python console shows more.</source>
        <translation>Im Programm ist etwas schiefgegangen: {kind} in {place}. Was gezeigt wird, kann falsch sein. Das ist ein Fehler des Programms; Slicers Python-Konsole zeigt mehr.</translation>
    </message>
    <message>
        <source>The reading process was stopped, because it did not react when it was cancelled</source>
        <translation>Der Auswerteprozess wurde beendet, weil er auf den Abbruch nicht reagierte</translation>
    </message>
    <message>
        <source>Choose another Python under Setup, or none for Slicer's own.</source>
        <translation>Wählen Sie unter Einrichtung ein anderes Python, oder keines für Slicers eigenes.</translation>
    </message>
    <message>
        <source>{python} could not be started</source>
        <translation>{python} ließ sich nicht starten</translation>
    </message>
    <message>
        <source>Simulating a lumbar study…</source>
        <translation>Eine lumbale Studie wird simuliert …</translation>
    </message>
    <message>
        <source>{plane} stack {number} of {count}: {slices} slices every {spacing} mm about R {r}, A {a}, S {s} mm</source>
        <translation>Block {number} von {count}, {plane}: {slices} Schichten alle {spacing} mm um R {r}, A {a}, S {s} mm</translation>
    </message>
    <message>
        <source>{slices} left out: {reason}</source>
        <translation>{slices} ausgelassen: {reason}</translation>
    </message>
    <message>
        <source>{file} left out: it {reason}</source>
        <translation>{file} ausgelassen: {reason}</translation>
    </message>
    <message>
        <source>Save, then open the case again.</source>
        <translation>Speichern Sie, und öffnen Sie den Fall dann erneut.</translation>
    </message>
    <message>
        <source>{name} already exists</source>
        <translation>{name} gibt es schon</translation>
    </message>
    <message>
        <source>The log of this segmentation's names is damaged</source>
        <translation>Das Protokoll der Namen dieser Segmentierung ist beschädigt</translation>
    </message>
    <message>
        <source>Update SlicerSpineMRI; the log stays in the scene as it is.</source>
        <translation>Aktualisieren Sie SlicerSpineMRI; das Protokoll bleibt in der Szene, wie es ist.</translation>
    </message>
    <message>
        <source>It stays in the scene as it is; segment again to name the levels again.</source>
        <translation>Es bleibt in der Szene, wie es ist; segmentieren Sie erneut, um die Höhen neu zu benennen.</translation>
    </message>
    <message>
        <source>The log of this segmentation's names has version {version}; this program knows {known}</source>
        <translation>Das Protokoll der Namen dieser Segmentierung hat Version {version}; dieses Programm kennt {known}</translation>
    </message>
    <message>
        <source>The images of stack {stacks} are not in the scene</source>
        <translation>Die Bilder von Block {stacks} sind nicht in der Szene</translation>
    </message>
    <message>
        <source>Read the study again, then answer.</source>
        <translation>Werten Sie die Studie erneut aus, und antworten Sie dann.</translation>
    </message>
    <message>
        <source>The volume {name} no longer has the slices that were read: it was cropped, resampled, warped or changed. Nothing is shown on it and it takes no answers; read it again.</source>
        <translation>Das Volumen {name} hat nicht mehr die Schichten, die ausgewertet wurden: Es wurde beschnitten, neu abgetastet, verformt oder geändert. Auf ihm wird nichts gezeigt und keine Antwort angenommen; werten Sie es erneut aus.</translation>
    </message>
    <message>
        <source>Read it again.</source>
        <translation>Werten Sie es erneut aus.</translation>
    </message>
    <message>
        <source>The volume {name} was moved or changed while it was read</source>
        <translation>Das Volumen {name} wurde während der Auswertung bewegt oder geändert</translation>
    </message>
    <message>
        <source>The segmentation has no vertebra</source>
        <translation>Die Segmentierung hat keinen Wirbel</translation>
    </message>
    <message>
        <source>Choose four, five or six.</source>
        <translation>Geben Sie vier, fünf oder sechs an.</translation>
    </message>
    <message>
        <source>{count} lumbar vertebrae</source>
        <translation>{count} Lendenwirbel</translation>
    </message>
    <message>
        <source>Read the study's folder again.</source>
        <translation>Werten Sie den Ordner der Studie erneut aus.</translation>
    </message>
    <message>
        <source>The volume {name} is not where stack {stack} of its study was read</source>
        <translation>Das Volumen {name} liegt nicht dort, wo Block {stack} seiner Studie ausgewertet wurde</translation>
    </message>
    <message>
        <source>The scene holds no reading</source>
        <translation>Die Szene enthält keine Auswertung</translation>
    </message>
    <message>
        <source>Read the study first.</source>
        <translation>Werten Sie zuerst die Studie aus.</translation>
    </message>
    <message>
        <source>This is not a file name for a label map</source>
        <translation>Das ist kein Dateiname für eine Labelkarte</translation>
    </message>
    <message>
        <source>Load it: the file is written on its grid.</source>
        <translation>Laden Sie es: Auf seinem Gitter wird die Datei geschrieben.</translation>
    </message>
    <message>
        <source>The volume of {name} is not in the scene</source>
        <translation>Das Volumen von {name} ist nicht in der Szene</translation>
    </message>
    <message>
        <source>End it with one of {suffixes}.</source>
        <translation>Er muss enden mit: {suffixes}.</translation>
    </message>
    <message>
        <source>The images of the segmented volume are not in the scene, so nothing can be measured.</source>
        <translation>Die Bilder des segmentierten Volumens sind nicht in der Szene; es kann nichts gemessen werden.</translation>
    </message>
    <message>
        <source>The volume {name} no longer has the voxels that were segmented: it was cropped, resampled, warped or changed. Nothing is measured on it; segment it again.</source>
        <translation>Das Volumen {name} hat nicht mehr die Voxel, die segmentiert wurden: Es wurde beschnitten, neu abgetastet, verformt oder geändert. Auf ihm wird nichts gemessen; segmentieren Sie es erneut.</translation>
    </message>
    <message>
        <source>Setup</source>
        <translation>Einrichtung</translation>
    </message>
    <message>
        <source>What reading needs, and what to send when something does not work.</source>
        <translation>Was die Auswertung braucht, und was Sie senden können, wenn etwas nicht geht.</translation>
    </message>
    <message>
        <source>What is installed, what is missing, and what Install would do.</source>
        <translation>Was installiert ist, was fehlt, und was Installieren tun würde.</translation>
    </message>
    <message>
        <source>Python:</source>
        <translation>Python:</translation>
    </message>
    <message>
        <source>A Python with PyTorch, MONAI and the rest, for example of a virtual environment. Empty: Slicer’s own.</source>
        <translation>Ein Python mit PyTorch, MONAI und dem Übrigen, zum Beispiel aus einer virtuellen Umgebung. Leer: Slicers eigenes.</translation>
    </message>
    <message>
        <source>Wheels:</source>
        <translation>Wheels:</translation>
    </message>
    <message>
        <source>A folder of wheels for a machine without a network. Empty: the Python package index.</source>
        <translation>Ein Ordner mit Wheels für einen Rechner ohne Netz. Leer: der Python-Paketindex.</translation>
    </message>
    <message>
        <source>Install…</source>
        <translation>Installieren …</translation>
    </message>
    <message>
        <source>Installs what is missing. Slicer asks before it changes anything.</source>
        <translation>Installiert, was fehlt. Slicer fragt, bevor es etwas ändert.</translation>
    </message>
    <message>
        <source>Diagnostics</source>
        <translation>Diagnose</translation>
    </message>
    <message>
        <source>Versions, device, models and the worker’s log; nothing of any patient.</source>
        <translation>Versionen, Gerät, Modelle und das Protokoll des Auswerteprozesses; nichts von Patienten.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copies the diagnostics, to paste into a message.</source>
        <translation>Kopiert die Diagnose, zum Einfügen in eine Nachricht.</translation>
    </message>
    <message>
        <source>Object</source>
        <translation>Objekt</translation>
    </message>
    <message>
        <source>What was to be sent.</source>
        <translation>Was zu senden war.</translation>
    </message>
    <message>
        <source>Whether the archive has it.</source>
        <translation>Ob das Archiv es hat.</translation>
    </message>
    <message>
        <source>What the archive answered.</source>
        <translation>Was das Archiv geantwortet hat.</translation>
    </message>
    <message>
        <source>Arm</source>
        <translation>Arm</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>Offen</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Locked</source>
        <translation>Gesperrt</translation>
    </message>
    <message>
        <source>any</source>
        <translation>beliebig</translation>
    </message>
    <message>
        <source>assisted</source>
        <translation>mit Modell</translation>
    </message>
    <message>
        <source>unassisted</source>
        <translation>verblindet</translation>
    </message>
    <message>
        <source>What teaches most</source>
        <translation>Was am meisten lehrt</translation>
    </message>
    <message>
        <source>Oldest first</source>
        <translation>Älteste zuerst</translation>
    </message>
    <message>
        <source>new</source>
        <translation>neu</translation>
    </message>
    <message>
        <source>automatic</source>
        <translation>automatisch</translation>
    </message>
    <message>
        <source>corrected</source>
        <translation>korrigiert</translation>
    </message>
    <message>
        <source>approved</source>
        <translation>freigegeben</translation>
    </message>
    <message>
        <source>agreed</source>
        <translation>zugestimmt</translation>
    </message>
    <message>
        <source>overridden</source>
        <translation>abweichend</translation>
    </message>
    <message>
        <source>answered</source>
        <translation>beantwortet</translation>
    </message>
</context>
</TS>

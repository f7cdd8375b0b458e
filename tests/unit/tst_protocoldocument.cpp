// SPDX-License-Identifier: MIT
#include "protocol/control.h"
#include "protocol/framereader.h"
#include "protocol/message.h"

#include <QRepod/protocol.h>

#include <QtCore/qdatetime.h>
#include <QtCore/qfile.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qregularexpression.h>
#include <QtTest/qtest.h>

#include <cstring>

using namespace QRepod;

namespace {

//! One example of PROTOCOL.md.
struct Example
{
    int line = 0;
    QString block; ///< the mark of its block: `frame` or `value`
    QByteArray bytes;
    bool bothWays = false;
    QString outcome;
};

//! Reads a value in the document's notation; the whole text must be one value.
class Notation
{
public:
    explicit Notation(const QString &text)
        : m_text(text)
    {
    }

    std::optional<QVariant> read()
    {
        const QVariant result = value();
        skipSpace();
        return m_isGood && m_at == m_text.size() ? std::optional(result) : std::nullopt;
    }

private:
    QVariant value()
    {
        skipSpace();
        if (take(u"null"))
            return QVariant::fromValue(nullptr);
        if (take(u"true"))
            return true;
        if (take(u"false"))
            return false;
        if (take(u"float32("))
            return until(u')').toFloat(&m_isGood);
        if (take(u"bytes("))
            return QByteArray::fromHex(until(u')').toLatin1());
        if (take(u"time("))
            return QDateTime::fromString(until(u')'), Qt::ISODateWithMs);
        if (take(u"extension(")) {
            const QStringList parts = until(u')').split(u',');
            return QVariant::fromValue(Extension{qint8(parts.first().toInt()),
                                                 QByteArray::fromHex(parts.last().toLatin1())});
        }
        if (take(u"["))
            return list();
        if (take(u"{"))
            return map();
        if (peek(u"\""))
            return text();
        return number();
    }

    QVariant list()
    {
        QVariantList list;
        while (m_isGood && !take(u"]")) {
            list.append(value());
            separator(u"]");
        }
        return list;
    }

    QVariant map()
    {
        QVariantMap map;
        while (m_isGood && !take(u"}")) {
            const QString key = text();
            m_isGood = m_isGood && take(u":");
            map.insert(key, value());
            separator(u"}");
        }
        return map;
    }

    //! Skips a comma; a closing bracket stays.
    void separator(QStringView closing)
    {
        skipSpace();
        m_isGood = m_isGood && (take(u",") || peek(closing));
        skipSpace();
    }

    QString text()
    {
        static const QRegularExpression literal(QStringLiteral("\"(?:[^\"\\\\]|\\\\.)*\""));
        const QString json = matched(literal);
        return QJsonDocument::fromJson('[' + json.toUtf8() + ']')[0].toString();
    }

    QVariant number()
    {
        static const QRegularExpression literal(QStringLiteral("-?[0-9]+(\\.[0-9]+)?"));
        const QString digits = matched(literal);
        if (digits.contains(u'.'))
            return digits.toDouble();
        bool isSigned = false;
        const qint64 integer = digits.toLongLong(&isSigned);
        return isSigned ? QVariant(integer) : QVariant(digits.toULongLong());
    }

    QString matched(const QRegularExpression &literal)
    {
        const auto match = literal.match(m_text, m_at, QRegularExpression::NormalMatch,
                                         QRegularExpression::AnchorAtOffsetMatchOption);
        m_isGood = m_isGood && match.hasMatch();
        m_at += match.capturedLength();
        return match.captured();
    }

    QString until(QChar end)
    {
        const qsizetype from = std::exchange(m_at, m_text.indexOf(end, m_at) + 1);
        m_isGood = m_isGood && m_at > from;
        return m_isGood ? m_text.mid(from, m_at - from - 1) : QString();
    }

    bool peek(QStringView token) const { return QStringView(m_text).mid(m_at).startsWith(token); }

    bool take(QStringView token)
    {
        const bool found = peek(token);
        if (found)
            m_at += token.size();
        return found;
    }

    void skipSpace()
    {
        while (take(u" ")) { }
    }

    QString m_text;
    qsizetype m_at = 0;
    bool m_isGood = true;
};

//! Reads hexadecimal bytes, each with an optional count: `90 91*65`. Returns nothing for other
//! text.
std::optional<QByteArray> bytesOf(const QString &notation)
{
    static const QRegularExpression item(QStringLiteral("^([0-9a-f]{2})(?:\\*([0-9]+))?$"));
    QByteArray bytes;
    for (const QString &part : notation.split(u' ', Qt::SkipEmptyParts)) {
        const auto match = item.match(part);
        if (!match.hasMatch())
            return std::nullopt;
        const qsizetype count = match.hasCaptured(2) ? match.captured(2).toInt() : 1;
        bytes += QByteArray::fromHex(match.captured(1).toLatin1()).repeated(count);
    }
    return bytes;
}

//! Compares types and values at all levels, where QVariant would convert.
bool identical(const QVariant &a, const QVariant &b)
{
    if (a.metaType() != b.metaType())
        return false;
    if (a.metaType() == QMetaType::fromType<QVariantList>()) {
        const QVariantList left = a.toList();
        const QVariantList right = b.toList();
        return std::equal(left.begin(), left.end(), right.begin(), right.end(), identical);
    }
    if (a.metaType() == QMetaType::fromType<QVariantMap>()) {
        const QVariantMap left = a.toMap();
        const QVariantMap right = b.toMap();
        return left.keys() == right.keys()
            && std::equal(left.begin(), left.end(), right.begin(), identical);
    }
    return a == b;
}

//! Outcomes that are not a value.
const QString errorOutcome = QStringLiteral("error: ");
const QString actionOutcome = QStringLiteral("action ");
const QString controlOutcome = QStringLiteral("control ");
const QString skippedOutcome = QStringLiteral("skipped");

} // namespace

//! Checks PROTOCOL.md against the code. The document's section "How to read the examples" is the
//! grammar that this test reads.
class tst_ProtocolDocument : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void examplesHold_data();
    void examplesHold();
    void everyErrorOfTheTableHasAnExample();
    void nothingIsLeftUnchecked();

private:
    void readExample(const QString &block, const QString &text, int line);
    void checkFrame(const Example &example);
    void checkValue(const Example &example);

    QString m_document;
    QList<Example> m_examples;
};

void tst_ProtocolDocument::initTestCase()
{
    QFile file(QFINDTESTDATA("../../src/protocol/PROTOCOL.md"));
    QVERIFY2(file.open(QIODevice::ReadOnly | QIODevice::Text), qUtf8Printable(file.errorString()));
    m_document = QString::fromUtf8(file.readAll());

    QString block;
    QString text; // of an example whose arrow has not come yet
    int number = 0;
    for (const QString &line : m_document.split(u'\n')) {
        ++number;
        if (line.startsWith(QLatin1String("```"))) {
            QVERIFY2(text.isEmpty(), "an example ends before its arrow");
            block = block.isEmpty() ? line.mid(3) : QString();
            QVERIFY2(line.size() == 3 || block == QLatin1String("frame")
                         || block == QLatin1String("value"),
                     qUtf8Printable(line));
        } else if (!block.isEmpty() && !line.isEmpty()) {
            text += line;
            if (line.contains(QLatin1String("=> ")))
                readExample(block, std::exchange(text, QString()), number);
            else
                text += u' ';
            if (QTest::currentTestFailed())
                return;
        }
    }
}

void tst_ProtocolDocument::readExample(const QString &block, const QString &text, int line)
{
    static const QRegularExpression shape(QStringLiteral("^(.*?) (<?=>) (.+)$"));
    const auto match = shape.match(text);
    QVERIFY2(match.hasMatch(), qUtf8Printable(text));
    const auto bytes = bytesOf(match.captured(1));
    QVERIFY2(bytes && !bytes->isEmpty(), qUtf8Printable(text));
    m_examples.append(
        {line, block, *bytes, match.captured(2) == QLatin1String("<=>"), match.captured(3)});
}

void tst_ProtocolDocument::examplesHold_data()
{
    QTest::addColumn<qsizetype>("index");
    for (qsizetype i = 0; i < m_examples.size(); ++i)
        QTest::addRow("line %d", m_examples[i].line) << i;
}

void tst_ProtocolDocument::examplesHold()
{
    QFETCH(const qsizetype, index);
    const Example &example = m_examples[index];
    if (example.block == QLatin1String("frame"))
        checkFrame(example);
    else
        checkValue(example);
}

void tst_ProtocolDocument::checkFrame(const Example &example)
{
    FrameReader reader({});
    std::memcpy(reader.prepare(example.bytes.size()), example.bytes.constData(),
                size_t(example.bytes.size()));
    const bool isGood = reader.commit(example.bytes.size());
    const FrameBatch batch = reader.takeFrames();

    if (example.outcome.startsWith(errorOutcome)) {
        QVERIFY(!isGood);
        QCOMPARE(errorOutcome + reader.error(), example.outcome);
        return;
    }
    QVERIFY2(isGood, qUtf8Printable(reader.error()));
    QCOMPARE(reader.pendingBytes(), 0);
    if (example.outcome == skippedOutcome) {
        QCOMPARE(reader.skipped(), 1U);
        QVERIFY(batch.frames.empty());
        return;
    }
    QCOMPARE(batch.frames.size(), 1U);
    const bool isControl = example.outcome.startsWith(controlOutcome);
    QCOMPARE(batch.frames.front().isControl(), isControl);
    if (isControl) {
        const auto fields = Notation(example.outcome.mid(controlOutcome.size())).read();
        QVERIFY(fields);
        TextCache names;
        QVERIFY(identical(decodeMap(batch.frames.front().payload, names), *fields));
        QVERIFY(example.bothWays);
        QCOMPARE(Control::frame(fields->toMap()), example.bytes);
        return;
    }
    if (example.outcome.startsWith(actionOutcome)) {
        const auto action = Notation(example.outcome.mid(actionOutcome.size())).read();
        QVERIFY(action);
        QCOMPARE(QString::fromUtf8(batch.frames.front().action), action->toString());
        return;
    }
    const auto message = Notation(example.outcome).read();
    QVERIFY(message);
    TextCache keys;
    QVERIFY(identical(decodeMap(batch.frames.front().payload, keys), *message));
    QCOMPARE(encode(message->toMap()) == example.bytes, example.bothWays);
}

void tst_ProtocolDocument::checkValue(const Example &example)
{
    const QString key = QStringLiteral("v");
    const QByteArray field = QByteArray("\x81\xa1v");
    QString error;
    const auto message = decode(field + example.bytes, &error);

    if (example.outcome.startsWith(errorOutcome)) {
        QVERIFY(!message);
        QCOMPARE(errorOutcome + error, example.outcome);
        return;
    }
    QVERIFY2(message, qUtf8Printable(error));
    const auto value = Notation(example.outcome).read();
    QVERIFY(value);
    const bool isFloat = value->metaType() == QMetaType::fromType<float>();
    QVERIFY(identical(message->value(key), isFloat ? QVariant(value->toDouble()) : *value));
    const QByteArray sent = encode({{key, *value}}).sliced(frameHeaderSize + field.size());
    QCOMPARE(sent == example.bytes, example.bothWays);
}

void tst_ProtocolDocument::everyErrorOfTheTableHasAnExample()
{
    const QString begin = QStringLiteral("## What breaks the protocol");
    const QString end = QStringLiteral("\n## ");
    const qsizetype from = m_document.indexOf(begin);
    QVERIFY(from >= 0);
    const QString section = m_document.mid(from, m_document.indexOf(end, from) - from);

    static const QRegularExpression row(QStringLiteral("^\\| (`.+`) \\|"),
                                        QRegularExpression::MultilineOption);
    static const QRegularExpression quoted(QStringLiteral("`([^`]+)`"));
    int errors = 0;
    for (const auto &cell : row.globalMatch(section)) {
        for (const auto &text : quoted.globalMatch(cell.captured(1))) {
            QString pattern = QRegularExpression::escape(text.captured(1));
            pattern.replace(QRegularExpression(QStringLiteral("\\bN\\b")),
                            QStringLiteral("[0-9]+"));
            const QRegularExpression error(
                QRegularExpression::anchoredPattern(errorOutcome + pattern));
            const bool hasExample =
                std::any_of(m_examples.cbegin(), m_examples.cend(), [&error](const auto &example) {
                    return error.match(example.outcome).hasMatch();
                });
            QVERIFY2(hasExample, qUtf8Printable(text.captured(1)));
            ++errors;
        }
    }
    QCOMPARE(errors, 11);
}

//! Guards against a reader that finds no examples, and so checks nothing.
void tst_ProtocolDocument::nothingIsLeftUnchecked()
{
    const auto count = [this](auto predicate) {
        return std::count_if(m_examples.cbegin(), m_examples.cend(), predicate);
    };
    const qsizetype arrows = m_document.count(QRegularExpression(
        QStringLiteral("^[0-9a-f]{2}[^`|]*?<?=> "), QRegularExpression::MultilineOption));
    QCOMPARE(m_examples.size(), arrows);
    QVERIFY(count([](const Example &e) { return e.block == QLatin1String("frame"); }) >= 30);
    QVERIFY(count([](const Example &e) { return e.block == QLatin1String("value"); }) >= 50);
    QVERIFY(count([](const Example &e) { return e.bothWays; }) >= 30);
    QVERIFY(count([](const Example &e) { return e.outcome.startsWith(errorOutcome); }) >= 15);
}

QTEST_APPLESS_MAIN(tst_ProtocolDocument)
#include "tst_protocoldocument.moc"

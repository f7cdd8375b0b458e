// SPDX-License-Identifier: MIT
#include "protocol/jsonwriter.h"

#include "protocol/timestamp.h"
#include "protocol/variantreader.h"

#include <cmath>

namespace QRepod {

namespace {

using Kind = MessagePackReader::Kind;

// JavaScript's numbers hold every integer up to this.
constexpr qint64 greatestExact = qint64(1) << 53;

//! Recurses once per level of nesting, which validation has bounded.
class JsonWriter
{
public:
    explicit JsonWriter(QByteArrayView payload)
        : m_reader(payload)
    {
        m_out.reserve(payload.size() + payload.size() / 2);
    }

    QByteArray write()
    {
        value(m_reader.next());
        return std::move(m_out);
    }

private:
    void value(MessagePackReader::Token token);
    void list(quint32 count);
    void map(quint32 count);
    void integer(qint64 value);
    void real(double value);
    void extension(const MessagePackReader::Token &token);
    void text(QByteArrayView utf8);
    void marked(QByteArrayView mark, QByteArrayView text);

    MessagePackReader m_reader;
    QByteArray m_out;
};

void JsonWriter::value(MessagePackReader::Token token)
{
    switch (token.kind) {
    case Kind::Nil:
        m_out += "null";
        return;
    case Kind::Boolean:
        m_out += token.boolean ? "true" : "false";
        return;
    case Kind::Integer:
        return integer(token.integer);
    case Kind::Unsigned:
        return marked("$int", QByteArray::number(token.number));
    case Kind::Real:
        return real(token.real);
    case Kind::Text:
        return text(token.bytes());
    case Kind::Binary:
        return marked("$bytes", token.bytes().toByteArray().toBase64());
    case Kind::List:
        return list(token.size);
    case Kind::Map:
        return map(token.size);
    case Kind::Extension:
        return extension(token);
    case Kind::Invalid:
        break;
    }
    Q_UNREACHABLE();
}

void JsonWriter::list(quint32 count)
{
    m_out += '[';
    for (quint32 i = 0; i < count; ++i) {
        if (i > 0)
            m_out += ',';
        value(m_reader.next());
    }
    m_out += ']';
}

void JsonWriter::map(quint32 count)
{
    m_out += '{';
    for (quint32 i = 0; i < count; ++i) {
        if (i > 0)
            m_out += ',';
        const MessagePackReader::Token key = m_reader.next();
        const QByteArray made = key.kind == Kind::Text ? QByteArray() : keyText(key).toUtf8();
        const QByteArrayView name = key.kind == Kind::Text ? key.bytes() : QByteArrayView(made);
        // Alone it would say that the map stands for something else.
        if (count == 1 && name.startsWith('$'))
            text('$' + name.toByteArray());
        else
            text(name);
        m_out += ':';
        value(m_reader.next());
    }
    m_out += '}';
}

void JsonWriter::integer(qint64 value)
{
    if (value > greatestExact || value < -greatestExact)
        marked("$int", QByteArray::number(value));
    else
        m_out += QByteArray::number(value);
}

void JsonWriter::real(double value)
{
    if (std::isfinite(value))
        m_out += QByteArray::number(value, 'g', QLocale::FloatingPointShortest);
    else
        m_out += "null";
}

void JsonWriter::extension(const MessagePackReader::Token &token)
{
    const QByteArrayView data = token.extensionData();
    if (token.extensionType() == Timestamp::extensionType) {
        if (const std::optional<Timestamp::IsoText> text = Timestamp::isoText(data))
            return marked("$time", QByteArrayView(text->data(), text->size()));
    }
    m_out += "{\"$ext\":[" + QByteArray::number(token.extensionType()) + ",\""
        + data.toByteArray().toBase64() + "\"]}";
}

void JsonWriter::text(QByteArrayView utf8)
{
    m_out += '"';
    qsizetype begin = 0; // of the run that needs no escape
    for (qsizetype i = 0; i < utf8.size(); ++i) {
        const auto c = uchar(utf8[i]);
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        m_out += utf8.sliced(begin, i - begin);
        begin = i + 1;
        m_out += '\\';
        if (c >= 0x20)
            m_out += char(c);
        else if (c == '\n')
            m_out += 'n';
        else
            m_out += "u00" + QByteArray::number(c, 16).rightJustified(2, '0');
    }
    m_out += utf8.sliced(begin);
    m_out += '"';
}

//! Writes \a mark and \a text, neither of which needs an escape.
void JsonWriter::marked(QByteArrayView mark, QByteArrayView text)
{
    m_out += "{\"";
    m_out += mark;
    m_out += "\":\"";
    m_out += text;
    m_out += "\"}";
}

} // namespace

QByteArray jsonFromPayload(QByteArrayView payload)
{
    return JsonWriter(payload).write();
}

} // namespace QRepod

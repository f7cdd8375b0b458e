// SPDX-License-Identifier: MIT
#include "session/token.h"

#include <QtCore/qcryptographichash.h>
#include <QtCore/qrandom.h>

#include <array>

namespace QRepod {

namespace {

constexpr QChar nodeMark = u'.';

} // namespace

QString Token::create(const QString &node)
{
    std::array<quint32, 4> words;
    QRandomGenerator::system()->fillRange(words.data(), qsizetype(words.size()));
    const QByteArray bytes(reinterpret_cast<const char *>(words.data()), sizeof words);
    const QString secret = QString::fromLatin1(
        bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
    return node.isEmpty() ? secret : secret + nodeMark + node;
}

QString Token::node(const QString &token)
{
    const qsizetype mark = token.indexOf(nodeMark);
    return mark < 0 ? QString() : token.mid(mark + 1);
}

QByteArray Token::digest(const QString &token)
{
    return QCryptographicHash::hash(token.toUtf8(), QCryptographicHash::Sha256);
}

QString Token::createName()
{
    return QString::number(QRandomGenerator::global()->generate64(), 16);
}

} // namespace QRepod

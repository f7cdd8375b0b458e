// SPDX-License-Identifier: MIT
#include "session/token.h"

#include <QtCore/qcryptographichash.h>
#include <QtCore/qrandom.h>

#include <array>

namespace QRepod {

QString Token::create()
{
    std::array<quint32, 4> words;
    QRandomGenerator::system()->fillRange(words.data(), qsizetype(words.size()));
    const QByteArray bytes(reinterpret_cast<const char *>(words.data()), sizeof words);
    return QString::fromLatin1(
        bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
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

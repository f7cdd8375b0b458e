// SPDX-License-Identifier: MIT
#pragma once

#include "repodcat/bot.h"

#include <memory>

//! What bots do instead of sending `bench`: functions of a file of JavaScript, each of which may be
//! left out: connected(bot), tick(bot), received(bot, message).
class Script
{
public:
    //! The script in \a file; nullptr if that cannot be, and then \a error says why.
    static std::unique_ptr<Script> load(const QString &file, QString *error);

    virtual ~Script() = default;

    //! \a time is when it was to happen, in nanoseconds.
    virtual void connected(Bot &bot, qint64 time) = 0;
    virtual void tick(Bot &bot, qint64 time) = 0; ///< it is the bot's turn to send
    virtual void received(Bot &bot, const QVariantMap &message) = 0;

    //! What the script has done wrong, once; then it is over.
    virtual QString error() const = 0;
};

// SPDX-License-Identifier: MIT
#pragma once

#include "repodcat/bot.h"

#include <memory>

//! What bots do instead of sending `bench`: the functions connected(bot), tick(bot) and
//! received(bot, message) of a JavaScript file. Each of them is optional.
class Script
{
public:
    //! Loads the script in \a file. On failure it returns nullptr, and \a error says why.
    static std::unique_ptr<Script> load(const QString &file, QString *error);

    virtual ~Script() = default;

    //! \a time is when this was due, in nanoseconds.
    virtual void connected(Bot &bot, qint64 time) = 0;
    virtual void tick(Bot &bot, qint64 time) = 0; ///< the bot's turn to send
    virtual void received(Bot &bot, const QVariantMap &message) = 0;

    //! What the script first did wrong; it does not run after that.
    virtual QString error() const = 0;
};

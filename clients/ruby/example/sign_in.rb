# frozen_string_literal: true

# Signs in at Flinks' bank for tests, with its security question, and reopens the saved login from cache.

require "flinks_gateway"

ANSWERS = {
  "What city were you born in?" => "Montreal",
  "What is the best country on earth?" => "Canada",
  "What shape do people like most?" => "Triangle"
}.freeze

def request(password)
  FlinksGateway::AuthorizeRequest.new(
    subject: FlinksGateway::Credentials.new(institution: "FlinksCapital", username: "Greatday", password:),
    save: true
  )
end

FlinksGateway.connect(ARGV.fetch(0), plaintext: true) do |client|
  outcome = client.sign_in(request("Everyday")) do |round|
    count = round.challenges.size
    puts "#{round.institution&.name} asked #{count} question#{"s" if count > 1}"
    round.challenges.map { |challenge| FlinksGateway::Answer.text(challenge.id, ANSWERS.fetch(challenge.prompt)) }
  end

  case outcome
  in FlinksGateway::Session => session
    puts "signed in at #{session.institution&.name}"
  in FlinksGateway::PendingOperation => pending
    abort "still pending: #{pending.request_id}"
  end

  cached = FlinksGateway::CachedAuthorizeRequest.new(login_id: session.login.login_id)
  puts "reopened from cache" if client.cached_authorize(cached).is_a?(FlinksGateway::Session)

  begin
    client.authorize(request("wrong"))
  rescue FlinksGateway::GatewayError => e
    raise unless e.credentials_rejected?

    puts "refused: #{e.reason}, #{e.next_step}"
  end
end
